package io.pipewright.udp.multicast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipewright.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Broadcast, and groups on real interfaces, in a network of this test's own. */
@Timeout(120)
class NamespaceTest {

  /** Two networks, whose other ends nobody listens at. */
  private static final String NETWORK = String.join(
      " && ",
      "ip link set lo up",
      "ip link add v0 type veth peer name v1",
      "ip addr add 10.77.0.1/24 broadcast 10.77.0.255 dev v0",
      "ip link set v0 up",
      "ip link set v1 up",
      "ip link add w0 type veth peer name w1",
      "ip addr add 10.78.0.1/24 broadcast 10.78.0.255 dev w0",
      "ip link set w0 up",
      "ip link set w1 up");

  @BeforeAll
  static void needsANamespace() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux") && run(List.of(), NETWORK).code() == 0,
        "no network namespace can be made here: that takes root, unshare and ip");
  }

  private record Ended(int code, String out) {}

  private static Ended run(List<String> program, String network) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        "unshare",
        "--net",
        "sh",
        "-c",
        network + (program.isEmpty() ? "" : " && exec \"$@\""),
        "sh"));
    command.addAll(program);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(60, TimeUnit.SECONDS) ? process.exitValue() : -1, out);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return new Ended(-1, e.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void broadcastAndGroupsOfEachInterfaceAreHeardAsAskedFor(Transport transport) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Ended ended = run(
        List.of(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            NamespaceScenes.class.getName(),
            transport.toString()),
        NETWORK);

    assertThat(ended.out().lines().filter(line -> line.contains(": ") || line.endsWith(":")))
        .as(ended.out())
        .contains(
            "without broadcast: false",
            "with broadcast: true",
            "broadcast: who? from 10.77.0.1, me from 10.77.0.1",
            "joined on v0: [by v0 from 10.77.0.1]",
            "joined on w0 from another:",
            "loopback off:");
    assertThat(ended.code()).isZero();
  }
}
