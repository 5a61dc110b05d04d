package io.pipewright.udp.guard;

import io.pipewright.ConfigurationException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Gathers a {@link ReflectionGuard}. All defaults stand here. Not thread-safe. */
public final class ReflectionGuardBuilder {

  private static final int MOST_TRACKED = 1 << 20;

  boolean answerPrivilegedPorts;
  boolean answerOwnPort;
  Set<Integer> refusedPorts = Set.of();
  boolean answerMulticast;
  ReplyRate perNetwork = new ReplyRate(20_000, 16L << 20);
  ReplyRate inAll = new ReplyRate(200_000, 128L << 20);
  boolean budgetLoopback;
  int ipv4PrefixLength = 24;
  int ipv6PrefixLength = 56;
  int trackedNetworks = 16_384;
  int pingPongRounds = 3;

  ReflectionGuardBuilder() {}

  /**
   * Whether datagrams from source ports 1 to 1023 are answered. Default false.
   *
   * @return this
   */
  public ReflectionGuardBuilder answerPrivilegedPorts(boolean answer) {
    answerPrivilegedPorts = answer;
    return this;
  }

  /**
   * Whether datagrams are answered whose source port is the one that is listened on, at whatever address. Default false.
   *
   * @return this
   */
  public ReflectionGuardBuilder answerOwnPort(boolean answer) {
    answerOwnPort = answer;
    return this;
  }

  /**
   * Other source ports that are not answered: those of known services above 1023 that answer everything. Default none.
   *
   * @param ports 1 to 65,535
   * @return this
   * @throws ConfigurationException if one is out of range
   */
  public ReflectionGuardBuilder refusePorts(Set<Integer> ports) {
    for (int port : ports) {
      checked("refusePorts", port, 1, 65_535);
    }
    refusedPorts = new TreeSet<>(ports);
    return this;
  }

  /**
   * Whether datagrams are answered that were sent to a multicast group or a broadcast address, as discovery needs it. Default
   * false.
   *
   * @return this
   */
  public ReflectionGuardBuilder answerMulticast(boolean answer) {
    answerMulticast = answer;
    return this;
  }

  /**
   * What may be sent to one network in a second. Default 20,000 datagrams and 16 MiB; one peer may have half of it.
   *
   * @return this
   */
  public ReflectionGuardBuilder perNetwork(ReplyRate rate) {
    perNetwork = Objects.requireNonNull(rate, "rate");
    return this;
  }

  /**
   * What may be sent to all together in a second. Default 200,000 datagrams and 128 MiB.
   *
   * @return this
   */
  public ReflectionGuardBuilder inAll(ReplyRate rate) {
    inAll = Objects.requireNonNull(rate, "rate");
    return this;
  }

  /**
   * Whether the budgets hold for loopback addresses too, which nobody elsewhere can forge. Default false.
   *
   * @return this
   */
  public ReflectionGuardBuilder budgetLoopback(boolean budget) {
    budgetLoopback = budget;
    return this;
  }

  /**
   * How many leading bits make a network. Default 24 and 56.
   *
   * @param ipv4 0 to 32
   * @param ipv6 0 to 64
   * @return this
   * @throws ConfigurationException if one is out of range
   */
  public ReflectionGuardBuilder prefixLengths(int ipv4, int ipv6) {
    ipv4PrefixLength = checked("ipv4PrefixLength", ipv4, 0, 32);
    ipv6PrefixLength = checked("ipv6PrefixLength", ipv6, 0, 64);
    return this;
  }

  /**
   * How many networks' budgets are remembered at a time, and as many peers', and payloads under way. Default 16,384, about 2 MB a
   * socket. Beyond that those give way that have used least of late.
   *
   * @param networks 8 to 1,048,576
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ReflectionGuardBuilder trackedNetworks(int networks) {
    trackedNetworks = checked("trackedNetworks", networks, 8, MOST_TRACKED);
    return this;
  }

  /**
   * How often one payload may come back to be answered again before its sender is taken for a loop. Default 3: with the datagram
   * that begins it, a loop is nine datagrams long. 0 cuts nothing.
   *
   * @param rounds 0 to 1,000,000
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ReflectionGuardBuilder pingPongRounds(int rounds) {
    pingPongRounds = checked("pingPongRounds", rounds, 0, 1_000_000);
    return this;
  }

  private static int checked(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ConfigurationException(
          field, value, "must be " + least + " to " + most + ", not " + value);
    }
    return value;
  }

  /** Builds; nothing is left to validate. */
  public ReflectionGuard build() {
    return new ReflectionGuard(this);
  }
}
