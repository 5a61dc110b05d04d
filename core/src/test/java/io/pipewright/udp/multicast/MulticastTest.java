package io.pipewright.udp.multicast;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.UdpClient;
import io.pipewright.udp.UdpServer;
import io.pipewright.udp.UdpServerBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Groups that stay on this machine: of IPv4 on the loopback interface; of IPv6, which has none there, on another one, but of the scope
 * that no datagram leaves it (interface-local, RFC 4291). A last datagram that everybody hears says that nothing more comes before it.
 */
@Timeout(30)
class MulticastTest {

  /** Groups of a family. */
  private enum Family {
    IPV4("0.0.0.0", "239.255.7.1", "239.255.7.2", "232.255.7.3"),
    IPV6("::", "ff11::7:1", "ff11::7:2", "ff31::7:3");

    private final String any;
    private final String one;
    private final String other;
    private final String specific;

    Family(String any, String one, String other, String specific) {
      this.any = any;
      this.one = one;
      this.other = other;
      this.specific = specific;
    }

    Optional<NetworkInterface> where() throws SocketException {
      List<NetworkInterface> usable = Interfaces.usableFor(Membership.of(one).group());
      return usable.stream().filter(each -> isLoopback(each) == (this == IPV4)).findFirst();
    }

    NetworkInterface nic() throws SocketException {
      return where().orElseThrow();
    }

    /** This machine's address there. */
    InetAddress host() throws SocketException {
      return nic()
          .inetAddresses()
          .filter(address -> (this == IPV4) == (address instanceof Inet4Address))
          .min(Comparator.comparing(InetAddress::isLinkLocalAddress))
          .orElseThrow();
    }

    boolean isHere() {
      try {
        return where().isPresent();
      } catch (SocketException e) {
        return false;
      }
    }
  }

  private static final String END = "end";

  private static boolean isLoopback(NetworkInterface one) {
    try {
      return one.isLoopback();
    } catch (SocketException e) {
      return false;
    }
  }

  private static boolean isOffered(Transport transport, Family family) {
    return transport == Transport.NIO ? family == Family.IPV4 : transport != Transport.KQUEUE;
  }

  static Stream<Arguments> everywhere() {
    return io.pipewright.Transports.here()
        .flatMap(transport -> Stream.of(Family.values())
            .filter(family -> family.isHere() && isOffered(transport, family))
            .map(family -> Arguments.of(transport, family)));
  }

  private static final class Hears extends SimpleChannelInboundHandler<DatagramPacket> {

    private final BlockingQueue<String> heard;

    Hears(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
      heard.add(datagram.content().toString(US_ASCII));
    }
  }

  private static UdpServerBuilder listening(
      Transport transport, Family family, BlockingQueue<String> heard) {
    return UdpServer.builder()
        .transport(transport)
        .host(family.any)
        .reuseAddress(true)
        .pipeline(Pipeline.builder().handler("hears", () -> new Hears(heard)).build());
  }

  /** A plain socket that sends over loopback. */
  private static DatagramChannel sender(Family family) throws Exception {
    DatagramChannel socket = DatagramChannel.open(
        family == Family.IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    socket.bind(new InetSocketAddress(family.host(), 0));
    socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, family.nic());
    return socket;
  }

  private static void send(DatagramChannel socket, String text, String to, int port)
      throws Exception {
    socket.send(java.nio.ByteBuffer.wrap(text.getBytes(US_ASCII)), new InetSocketAddress(to, port));
  }

  private static List<String> heardUntilEnd(BlockingQueue<String> heard) throws Exception {
    List<String> all = new ArrayList<>();
    while (true) {
      String next = heard.poll(5, TimeUnit.SECONDS);
      assertThat(next).as("the end comes; so far %s", all).isNotNull();
      if (next.equals(END)) {
        return all;
      }
      all.add(next);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void onlyTheGroupThatWasJoinedIsHeard(Transport transport, Family family) throws Exception {
    BlockingQueue<String> first = new LinkedBlockingQueue<>();
    BlockingQueue<String> second = new LinkedBlockingQueue<>();
    BlockingQueue<String> none = new LinkedBlockingQueue<>();
    Membership one = Membership.of(family.one).on(family.nic());
    Membership other = Membership.of(family.other).on(family.nic());
    try (RunningUdpServer a = listening(transport, family, first).join(one).start();
        RunningUdpServer b =
            listening(transport, family, second).port(a.port()).join(other).start();
        RunningUdpServer c = listening(transport, family, none).port(a.port()).start();
        DatagramChannel sender = sender(family)) {
      send(sender, "to one", family.one, a.port());
      send(sender, "to the other", family.other, a.port());
      c.join(one).get(5, TimeUnit.SECONDS);
      c.join(other).get(5, TimeUnit.SECONDS);
      b.join(one).get(5, TimeUnit.SECONDS);
      send(sender, END, family.one, a.port());

      assertThat(heardUntilEnd(first)).containsExactly("to one");
      assertThat(heardUntilEnd(second)).containsExactly("to the other");
      assertThat(heardUntilEnd(none)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aGroupThatWasLeftIsHeardNoMore(Transport transport, Family family) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Membership one = Membership.of(family.one).on(family.nic());
    Membership other = Membership.of(family.other).on(family.nic());
    try (RunningUdpServer server =
            listening(transport, family, heard).join(one, other).start();
        DatagramChannel sender = sender(family)) {
      assertThat(server.join(one).get(5, TimeUnit.SECONDS)).as("a second time").isEqualTo(one);
      assertThat(server.memberships().get(5, TimeUnit.SECONDS))
          .containsExactlyInAnyOrder(one, other);
      send(sender, "before", family.one, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).containsExactly("before");

      assertThat(server.leave(one).get(5, TimeUnit.SECONDS)).isEqualTo(one);
      assertThat(server.leave(one).get(5, TimeUnit.SECONDS)).as("a second time").isEqualTo(one);
      assertThat(server.memberships().get(5, TimeUnit.SECONDS)).containsExactly(other);
      send(sender, "after", family.one, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).isEmpty();

      server.join(one).get(5, TimeUnit.SECONDS);
      send(sender, "again", family.one, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).containsExactly("again");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aSourceThatWasNamedIsHeardAlone(Transport transport, Family family) throws Exception {
    String stranger = family == Family.IPV4 ? "127.0.0.77" : "2001:db8::77";
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Membership fromHost = Membership.of(family.specific).on(family.nic()).from(family.host());
    Membership fromStranger = Membership.of(family.specific).on(family.nic()).from(stranger);
    Membership end = Membership.of(family.other).on(family.nic());
    try (RunningUdpServer server =
            listening(transport, family, heard).join(fromStranger, end).start();
        DatagramChannel sender = sender(family)) {
      send(sender, "from the host", family.specific, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).isEmpty();

      server.join(fromHost).get(5, TimeUnit.SECONDS);
      send(sender, "from the host", family.specific, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).containsExactly("from the host");

      server.leave(fromHost).get(5, TimeUnit.SECONDS);
      send(sender, "from the host", family.specific, server.port());
      send(sender, END, family.other, server.port());
      assertThat(heardUntilEnd(heard)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void whatOursSendGoesOverTheInterfaceThatWasNamedAndComesBackIfItShould(
      Transport transport, Family family) throws Exception {
    for (boolean loops : new boolean[] {true, false}) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      MulticastSending sending =
          MulticastSending.DEFAULTS.over(family.nic()).hops(3).loopback(loops);
      try (RunningUdpServer server = listening(transport, family, heard)
              .join(Membership.of(family.one).on(family.nic()))
              .start();
          UdpClient client = UdpClient.builder()
              .transport(transport)
              .multicast(sending)
              .pipeline(Pipeline.builder()
                  .handler("hears", () -> new Hears(new LinkedBlockingQueue<>()))
                  .build())
              .build();
          DatagramChannel sender = sender(family)) {
        Channel channel = client.open();
        channel
            .writeAndFlush(new DatagramPacket(
                Unpooled.copiedBuffer("ours", US_ASCII),
                new InetSocketAddress(family.one, server.port())))
            .sync();
        send(sender, END, family.one, server.port());
        // over loopback itself the kernel hands a datagram back whether it is to or not
        assertThat(heardUntilEnd(heard))
            .as("loopback %s", loops)
            .isEqualTo(loops || isLoopback(family.nic()) ? List.of("ours") : List.of());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void shardsHearADatagramOnceTogether(Transport transport, Family family) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (RunningUdpServer server = listening(transport, family, heard)
            .reuseAddress(false)
            .shards(2)
            .join(Membership.of(family.one).on(family.nic()))
            .start();
        DatagramChannel sender = sender(family)) {
      send(sender, "once", family.one, server.port());
      send(sender, END, family.one, server.port());
      assertThat(heardUntilEnd(heard)).containsExactly("once");
      assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void anInterfaceIsChosenWhereNoneIsNamed(Transport transport) throws Exception {
    assumeTrue(!Interfaces.usableFor(Membership.of("239.1.1.1").group()).isEmpty());
    try (RunningUdpServer server =
        listening(transport, Family.IPV4, new LinkedBlockingQueue<>()).start()) {
      Membership joined = server.join(Membership.of("239.255.7.9")).get(5, TimeUnit.SECONDS);
      assertThat(joined.networkInterface()).isPresent();
      assertThat(server.memberships().get(5, TimeUnit.SECONDS)).containsExactly(joined);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void groupsOfIpv6AreRefusedWhereMoreThanTheJoinedWouldBeHeard() {
    UdpServerBuilder wrong = listening(Transport.NIO, Family.IPV6, new LinkedBlockingQueue<>())
        .join(Membership.of("ff11::7:1"));
    assertThatThrownBy(wrong::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("join: over IPv6 the nio transport would hear groups that other programs have"
            + " joined; take epoll or io_uring");
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aGroupThatCannotBeJoinedIsNamedAndTheServerDoesNotStart(Transport transport)
      throws Exception {
    NetworkInterface loopback = Family.IPV4.nic();
    UdpServerBuilder wrong = listening(transport, Family.IPV4, new LinkedBlockingQueue<>())
        .join(Membership.of("ff11::7:1").on(loopback));
    assumeTrue(transport != Transport.NIO, "it refuses IPv6 before it tries");
    assertThatThrownBy(wrong::start)
        .isInstanceOf(JoinFailedException.class)
        .hasMessageStartingWith("cannot join ff11::7:1 on " + loopback.getName() + ": ");
  }

  @Test
  void whoHasStoppedJoinsNothing() throws Exception {
    RunningUdpServer server =
        listening(Transport.NIO, Family.IPV4, new LinkedBlockingQueue<>()).start();
    server.drain(Duration.ZERO);
    assertThatThrownBy(() ->
            server.join(Membership.of("239.1.1.1").on(Family.IPV4.nic())).get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(JoinFailedException.class);
    assertThat(server.memberships().get(5, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void whatIsNoGroupAndNoSourceIsRefused() {
    assertThatThrownBy(() -> Membership.of("192.0.2.1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("group: must be a multicast address (224.0.0.0/4 or ff00::/8), not 192.0.2.1");
    assertThatThrownBy(() -> Membership.of("example.org"))
        .hasMessage("group: must be a numeric address, not 'example.org'");
    assertThatThrownBy(() -> Membership.of("232.1.1.1").from("::1"))
        .hasMessage("source: must be of the family of the group 232.1.1.1, not ::1");
    assertThatThrownBy(() -> Membership.of("232.1.1.1").from("239.1.1.1"))
        .hasMessage("source: must be the address of one host, not 239.1.1.1");
    assertThatThrownBy(() -> Membership.of("239.1.1.1").on("no-such"))
        .hasMessageStartingWith("interface: there is no interface 'no-such'; this machine has ");
    assertThatThrownBy(() -> MulticastSending.DEFAULTS.hops(256))
        .hasMessage("hops: must be 0 (this machine) to 255, not 256");
    assertThatThrownBy(() -> Memberships.check(Transport.KQUEUE, Membership.of("239.1.1.1")))
        .hasMessage("join: the kqueue transport does no multicast; take nio");
  }

  @Test
  void aMembershipSaysWhatItIs() throws Exception {
    Membership all = Membership.of("232.1.2.3").on(Family.IPV4.nic()).from("192.0.2.7");
    assertThat(all).hasToString("232.1.2.3 on " + Family.IPV4.nic().getName() + " from 192.0.2.7");
    assertThat(all).isEqualTo(Membership.of("232.1.2.3").from("192.0.2.7").on(Family.IPV4.nic()));
    assertThat(all).isNotEqualTo(Membership.of("232.1.2.3").on(Family.IPV4.nic()));
  }
}
