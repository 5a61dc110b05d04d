package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.udp.multicast.Interfaces;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Over IPv4 on the loopback interface; over IPv6, which has no groups there, on another, with a group that no datagram leaves the
 * machine for (interface-local, RFC 4291).
 */
@Timeout(60)
class DiscoveryTest {

  private static final String LOOPBACK = "lo";
  private static final String IPV4_GROUP = "239.255.53.88";

  private static NetworkInterface loopback() throws Exception {
    return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
  }

  private static int freePort() throws Exception {
    try (DatagramSocket free = new DatagramSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static NetworkInterface interfaceOf(String group) throws Exception {
    return group.equals(IPV4_GROUP)
        ? loopback()
        : Interfaces.usableFor(InetAddress.getByName(group)).get(0);
  }

  private static Discovery on(int port, String group, String... more) throws Exception {
    List<String> options = new ArrayList<>(List.of(
        "--port",
        Integer.toString(port),
        "--group",
        group,
        "--interface",
        interfaceOf(group).getName()));
    options.addAll(List.of(more));
    return Commands.parsed(new Discovery(), options);
  }

  @ParameterizedTest
  @ValueSource(strings = {IPV4_GROUP, "ff11::5388"})
  void whoAnnouncesIsFoundByItsNameAlone(String group) throws Exception {
    assumeTrue(
        group.equals(IPV4_GROUP)
            || Interfaces.usableFor(InetAddress.getByName(group)).stream()
                .anyMatch(one -> !one.getName().equals(LOOPBACK)),
        "no interface does multicast of IPv6");
    int port = freePort();
    try (RunningServer web = on(port, group, "--announce", "8080").announce();
        RunningServer mail =
            on(port, group, "--announce", "25", "--name", "mail").announce();
        FakeConsole console = new FakeConsole()) {
      int code = on(web.port(), group, "--count", "1", "--timeout", "20s").find(console.terminal());

      assertThat(code).isEqualTo(ExitCode.OK);
      assertThat(mail.port()).as("the group's port is shared").isEqualTo(web.port());
      assertThat(console.printed()).singleElement().asString().endsWith(":8080");
    }
  }

  @Test
  void twoOnOneMachineAreBothFoundAndEachOnce() throws Exception {
    int port = freePort();
    try (RunningServer one = on(port, IPV4_GROUP, "--announce", "8080").announce();
        RunningServer two = on(port, IPV4_GROUP, "--announce", "8081").announce();
        FakeConsole console = new FakeConsole()) {
      on(one.port(), IPV4_GROUP, "--count", "2", "--timeout", "20s").find(console.terminal());

      assertThat(two.port()).isEqualTo(one.port());
      assertThat(console.printed()).hasSize(2).doesNotHaveDuplicates();
    }
  }

  @Test
  void whereNobodyAnswersTheTimeoutEndsIt() throws Exception {
    int port = freePort();
    try (FakeConsole console = new FakeConsole()) {
      Discovery finder = on(port, IPV4_GROUP, "--timeout", "200ms");
      assertThatThrownBy(() -> finder.find(console.terminal()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("offers web: looked for 200 ms")
          .extracting(e -> ((LaunchException) e).exitCode())
          .isEqualTo(ExitCode.TIMED_OUT);
    }
  }

  @Test
  void aFloodOfQuestionsGetsOneAnswerASecondAndTheAskerItselfNone() throws Exception {
    int port = freePort();
    InetAddress group = InetAddress.getByName(IPV4_GROUP);
    try (RunningServer web = on(port, IPV4_GROUP, "--announce", "8080").announce();
        DatagramChannel ear = DatagramChannel.open(java.net.StandardProtocolFamily.INET);
        DatagramChannel asker = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
      ear.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      ear.bind(new InetSocketAddress("0.0.0.0", web.port()));
      ear.join(group, loopback());
      asker.bind(new InetSocketAddress("127.0.0.1", 0));
      asker.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
      for (int i = 0; i < 200; i++) {
        asker.send(
            ByteBuffer.wrap("pipewright-discovery/1 find web".getBytes(US_ASCII)),
            new InetSocketAddress(group, web.port()));
      }
      long start = System.nanoTime();
      long answers = 0;
      ear.configureBlocking(false);
      ByteBuffer heard = ByteBuffer.allocate(200);
      while (Duration.ofNanos(System.nanoTime() - start).toMillis() < 1_500) {
        if (ear.receive(heard.clear()) == null) {
          Thread.sleep(5);
        } else if (US_ASCII.decode(heard.flip()).toString().contains(" here web 8080")) {
          answers++;
        }
      }

      assertThat(answers).isBetween(1L, 2L);
      asker.configureBlocking(false);
      assertThat(asker.receive(heard.clear())).as("nothing comes to who asked").isNull();
    }
  }

  @Test
  void aNameThatIsNoneIsRefused() throws Exception {
    Discovery finder = on(freePort(), IPV4_GROUP, "--name", "No Such");
    try (FakeConsole console = new FakeConsole()) {
      assertThatThrownBy(() -> finder.find(console.terminal()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("name: must be 1 to 63 of a-z, 0-9 and -");
    }
  }
}
