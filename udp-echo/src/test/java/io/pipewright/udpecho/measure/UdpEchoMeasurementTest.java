package io.pipewright.udpecho.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.testkit.fault.DatagramFaults;
import io.pipewright.testkit.fault.UdpFaultRelay;
import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udpecho.UdpEchoServer;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class UdpEchoMeasurementTest {

  /** Long enough for a machine that is busy with other tests. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Test
  void whatComesAfterTheTimeoutIsLateAndNotLost() throws Exception {
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpFaultRelay relay = UdpFaultRelay.to(server.port()).start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", relay.port())
            .rate(100)
            .count(200)
            .timeout(Duration.ofMillis(300))
            .listener(phase -> relay.faults(
                phase == Phase.SENDING || phase == Phase.WAITING
                    ? DatagramFaults.toClient(datagrams -> datagrams.delay(Duration.ofMillis(600)))
                    : DatagramFaults.none()))
            .start()) {
      Counts counts = measurement.report().join().counts();

      assertThat(counts.late()).isPositive();
      assertThat(counts.answered()).isZero();
      assertThat(counts.duplicates()).isZero();
      assertThat(counts.late() + counts.lost()).isEqualTo(200);
    }
  }

  @Test
  void aLossyWayDoesNotKeepTheQueriesFromTheServer() throws Exception {
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpFaultRelay relay = UdpFaultRelay.to(server.port())
            .seed(9)
            .faults(DatagramFaults.both(
                datagrams -> datagrams.dropNumbers(1, 2).duplicate(0.3).drop(0.2)))
            .start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", relay.port())
            .rate(1_000)
            .count(200)
            .timeout(PATIENCE)
            .start()) {
      MeasurementReport report = measurement.report().join();

      assertThat(report.server()).isPresent();
      assertThat(report.server().get().counts().distinct()).isLessThanOrEqualTo(200);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.udpecho.Peer#transports")
  void aWindowIsKeptFullOnEveryTransport(Transport transport) throws Exception {
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", server.port())
            .socket(udp -> udp.transport(transport))
            .rate(0)
            .window(16)
            .sizeBytes(1_400)
            .count(5_000)
            .timeout(PATIENCE)
            .start()) {
      MeasurementReport report = measurement.report().join();

      assertThat(report.counts().answered()).isEqualTo(5_000);
      assertThat(report.window()).isEqualTo(16);
      assertThat(report.askedRate()).isZero();
      assertThat(report.achievedRate()).isPositive();
      assertThat(report.fromSchedule()).isEmpty();
      assertThat(report.transport()).isEqualTo(transport.toString());
    }
  }

  @Test
  void theDurationEndsAMeasurementThatHasNoCount() throws Exception {
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", server.port())
            .interval(Duration.ofMillis(20))
            .duration(Duration.ofMillis(500))
            .start()) {
      MeasurementReport report = measurement.report().join();

      assertThat(report.complete()).isTrue();
      assertThat(report.counts().sent()).isBetween(2L, 26L);
      assertThat(report.took()).isLessThanOrEqualTo(Duration.ofMillis(600));
      assertThat(report.askedRate()).isEqualTo(50);
    }
  }

  @Test
  void whoStopsGetsAReportOfWhatWasMeasuredSoFar() throws Exception {
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", server.port())
            .duration(Duration.ofHours(1))
            .start()) {
      await().until(() -> measurement.progress().get().orElseThrow().counts().answered() > 10);
      measurement.stop();
      MeasurementReport report = measurement.report().join();

      assertThat(report.complete()).isFalse();
      assertThat(report.counts().answered()).isEqualTo(report.counts().sent()).isGreaterThan(10);
      assertThat(report.server()).isPresent();
      assertThat(measurement.progress().join()).isEmpty();
    }
  }

  @Test
  void whoClosesGetsNoReport() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      UdpEchoMeasurement measurement =
          UdpEchoMeasurement.builder("127.0.0.1", silent.getLocalPort()).start();
      measurement.close();
      assertThatThrownBy(() -> measurement.report().join())
          .isInstanceOfAny(CancellationException.class, CompletionException.class);
    }
  }

  @Test
  void aSilentServerEndsWithAReportOfNothing() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder(
                "127.0.0.1", silent.getLocalPort())
            .count(5)
            .timeout(Duration.ofMillis(100))
            .start()) {
      MeasurementReport report = measurement.report().join();

      assertThat(report.counts())
          .isEqualTo(new Counts(5, 0, 0, 0, 0, 0, 0, 0, 0, report.counts().droppedHere()));
      assertThat(report.counts().heardAnything()).isFalse();
      assertThat(report.counts().lost()).isEqualTo(5);
      assertThat(report.roundTrip()).isEmpty();
      assertThat(report.server()).isEmpty();
    }
  }

  @Test
  void whereNothingListensIsSaidAtOnce() throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (UdpEchoMeasurement measurement =
        UdpEchoMeasurement.builder("127.0.0.1", port).start()) {
      assertThatThrownBy(() -> measurement.report().join())
          .hasCauseInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }

  @Test
  void phasesComeInOrder() throws Exception {
    List<Phase> phases = new ArrayList<>();
    try (RunningUdpServer server = UdpEchoServer.builder().start();
        UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", server.port())
            .count(1)
            .listener(phases::add)
            .start()) {
      measurement.report().join();
      assertThat(phases).containsExactly(Phase.values());
    }
  }

  @Test
  void whatCannotBeIsRefusedInOneSentence() {
    UdpEchoMeasurementBuilder builder = UdpEchoMeasurement.builder("127.0.0.1", 7);

    assertThatThrownBy(() -> builder.sizeBytes(23))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "size: must be 24 (a datagram's number and what goes with it) to 65507 bytes, not 23");
    assertThatThrownBy(() -> builder.rate(-1)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> builder.window(0)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(
            () -> builder.rate(10_000_000).timeout(Duration.ofMinutes(1)).start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("600,000,000 datagrams would be waited for");
  }
}
