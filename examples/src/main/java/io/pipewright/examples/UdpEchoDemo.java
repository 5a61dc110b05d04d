package io.pipewright.examples;

import static io.pipewright.examples.DemoPart.check;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.examples.DemoTable.Result;
import io.pipewright.udpecho.UdpEchoClient;
import io.pipewright.udpecho.UdpEchoServer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The UDP echo service. */
final class UdpEchoDemo implements DemoPart {

  private static final Charset GBK = Charset.forName("GBK");

  /** Nothing at all; what an Ethernet frame just carries and one more; the most that IPv4 carries. */
  private static final List<Integer> SIZES = List.of(0, 1, 1_472, 1_473, 9_000, 65_507);

  private static final int ROUND_TRIPS = 3_000;
  private static final int PAYLOAD_BYTES = 1_400;

  private final RunningServer server = UdpEchoServer.builder().start();

  @Override
  public void introduce(DemoTable table) {
    table.section("UDP echo · " + DemoPart.place(server), DemoPart.reasons(server));
  }

  @Override
  public void drive(DemoTable table) {
    table.step(
        "你好 in GBK", "a datagram is a message: nothing to frame", () -> echo("你好".getBytes(GBK)));
    table.step(
        "datagrams of " + SIZES.size() + " sizes",
        "0 to 65,507 bytes: each comes back whole",
        this::allSizes);
    table.step(
        "round trips, each after the last", "one socket, 1,400 bytes there and back", this::many);
  }

  private Result echo(byte[] question) throws InterruptedException {
    try (UdpEchoClient client = connect()) {
      client.ask(question); // the first time is that of loading classes
      Duration roundTrip = client.ask(question).roundTrip();
      return new Result(Figures.bytes(question.length), Figures.time(roundTrip));
    }
  }

  private Result allSizes() throws InterruptedException {
    long bytes = 0;
    long began = System.nanoTime();
    try (UdpEchoClient client = connect()) {
      for (int size : SIZES) {
        byte[] question = random(size);
        check(
            Arrays.equals(client.ask(question).bytes(), question),
            size + " bytes came back as others");
        bytes += size;
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return new Result(Figures.bytes(bytes), Figures.time(took));
  }

  private Result many() throws InterruptedException {
    byte[] question = random(PAYLOAD_BYTES);
    long began = System.nanoTime();
    try (UdpEchoClient client = connect()) {
      for (int i = 0; i < ROUND_TRIPS; i++) {
        question[0] = (byte) i;
        check(Arrays.equals(client.ask(question).bytes(), question), "another datagram came back");
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return new Result(Figures.count(ROUND_TRIPS), Figures.perSecond(ROUND_TRIPS, took));
  }

  private UdpEchoClient connect() {
    return UdpEchoClient.builder("127.0.0.1", server.port()).build();
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(random);
    return random;
  }

  @Override
  public void stop(DemoTable table) {
    table.step("UDP echo drains", "what was asked before is still answered", () -> {
      DrainReport report = server.drain(Duration.ofSeconds(10));
      return new Result("1 server", Figures.time(report.took()));
    });
  }

  @Override
  public void close() {
    server.close();
  }
}
