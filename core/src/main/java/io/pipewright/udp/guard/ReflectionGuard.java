package io.pipewright.udp.guard;

import io.netty.channel.ChannelHandler;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.udp.DatagramCounts;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps a service that answers strangers from being used against others. An immutable value; {@link #stage()} makes the handlers
 * that do it, one a socket.
 *
 * <pre>{@code
 * UdpServer.builder()
 *     .host("0.0.0.0")
 *     .protection(ReflectionGuard.builder().build().stage())
 *     .pipeline(pipeline)
 *     .start();
 * }</pre>
 *
 * <p><b>Never answered:</b> datagrams from source port 0; from ports below 1024, where services sit that answer everything
 * (echo, chargen, DNS, NTP, TFTP); from the port number that is listened on, at whatever address: that is how two servers of
 * one kind meet, and a client's port is a random one; from a multicast, broadcast or unspecified address; and those that were
 * sent to a group or a broadcast address, to which a whole network answers at once.
 *
 * <p><b>What the destination was</b> a socket that is bound to one address knows: it gets nothing else (on Linux and BSD; on
 * Windows also broadcasts). Bound to every address, it learns it from the kernel, on epoll, for IPv4
 * ({@code IP_RECVORIGDSTADDR}); on the other transports, and for IPv6, it does not.
 *
 * <p><b>Budgets:</b> bytes and datagrams that may be sent in a second to one network and in all. One peer gets at most half of
 * its network's, so that one that floods leaves the others something. Loopback is free unless asked for: its addresses cannot be
 * forged from elsewhere.
 *
 * <p><b>Ping-pong:</b> a peer that sends back the very payload that it was just sent, round after round, is cut off: as many of
 * its datagrams are withheld as replies are out to it. A loop has ended then; a client that sends the same again at once,
 * whenever it is answered, loses that one, sends on, and is answered from then on.
 *
 * <p>What is refused is released and counted under its reason, and not a word is sent. Memory is set aside once, about 2 MB a
 * socket, and grows with no number of senders.
 */
public final class ReflectionGuard {

  /** The name of the handler in a pipeline. */
  public static final String NAME = "reflection-guard";

  private final boolean answersPrivilegedPorts;
  private final boolean answersOwnPort;
  private final Set<Integer> refusedPorts;
  private final boolean answersMulticast;
  private final ReplyRate perNetwork;
  private final ReplyRate inAll;
  private final boolean budgetsLoopback;
  private final int ipv4PrefixLength;
  private final int ipv6PrefixLength;
  private final int trackedNetworks;
  private final int pingPongRounds;

  ReflectionGuard(ReflectionGuardBuilder from) {
    answersPrivilegedPorts = from.answerPrivilegedPorts;
    answersOwnPort = from.answerOwnPort;
    refusedPorts = Set.copyOf(from.refusedPorts);
    answersMulticast = from.answerMulticast;
    perNetwork = from.perNetwork;
    inAll = from.inAll;
    budgetsLoopback = from.budgetLoopback;
    ipv4PrefixLength = from.ipv4PrefixLength;
    ipv6PrefixLength = from.ipv6PrefixLength;
    trackedNetworks = from.trackedNetworks;
    pingPongRounds = from.pingPongRounds;
  }

  /** A builder with every default. */
  public static ReflectionGuardBuilder builder() {
    return new ReflectionGuardBuilder();
  }

  /**
   * The guard of one server: for {@code UdpServerBuilder.protection}, or for {@code Pipeline.with} where handlers see datagrams.
   * What its sockets send in all they share. Its handlers count in the {@link DatagramCounts} of their channel.
   */
  public Stage stage() {
    GuardShare share = new GuardShare(this, System::nanoTime);
    return new Stage(Slot.SHAPING, NAME, toString(), () -> share.newHandler(null));
  }

  /**
   * A handler for one datagram channel of a plain Netty bootstrap, first in its pipeline.
   *
   * @param refused is told the reason of each refusal, one of a fixed set of words with hyphens, on the event loop
   */
  public ChannelHandler newHandler(Consumer<String> refused) {
    return new GuardShare(this, System::nanoTime).newHandler(refused);
  }

  boolean answersPrivilegedPorts() {
    return answersPrivilegedPorts;
  }

  boolean answersOwnPort() {
    return answersOwnPort;
  }

  Set<Integer> refusedPorts() {
    return refusedPorts;
  }

  boolean answersMulticast() {
    return answersMulticast;
  }

  ReplyRate perNetwork() {
    return perNetwork;
  }

  ReplyRate inAll() {
    return inAll;
  }

  boolean hasBudget() {
    return perNetwork.isLimited() || inAll.isLimited();
  }

  boolean budgetsLoopback() {
    return budgetsLoopback;
  }

  int ipv4PrefixLength() {
    return ipv4PrefixLength;
  }

  int ipv6PrefixLength() {
    return ipv6PrefixLength;
  }

  int trackedNetworks() {
    return trackedNetworks;
  }

  /** 0 if ping-pong is not cut. */
  int pingPongRounds() {
    return pingPongRounds;
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "refuses to be a reflector"
        + (hasBudget() ? ", keeps to a budget" : "")
        + (pingPongRounds > 0 ? ", cuts ping-pong" : "");
  }
}
