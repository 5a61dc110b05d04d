package io.pipewright.udpecho.measure;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.HostPort;
import io.pipewright.socket.SocketErrors;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.udp.UdpClient;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * Sends numbered datagrams to an echo, and finds out what becomes of them: how long the answers take, what is lost, doubled,
 * reordered, corrupted and late. A server of ours counts too, when it is asked to, and then the report says which of it happened on
 * the way there, at the server and on the way back; what any other server does not tell is empty in the report.
 *
 * <pre>{@code
 * try (UdpEchoMeasurement measurement = UdpEchoMeasurement.builder("127.0.0.1", 7788)
 *     .rate(10_000)
 *     .count(100_000)
 *     .start()) {
 *   MeasurementReport report = measurement.report().join();
 * }
 * }</pre>
 *
 * <p>It runs on one event loop, and its memory does not grow with what it sends. Thread-safe. docs/measuring.md defines what is
 * counted, and the bytes.
 */
public final class UdpEchoMeasurement implements AutoCloseable {

  private final MeasurementSettings settings;
  private final Measurer measurer;
  private final UdpClient client;
  private final Channel channel;
  private final ChannelHandlerContext ctx;
  private final CompletableFuture<MeasurementReport> report = new CompletableFuture<>();

  UdpEchoMeasurement(MeasurementSettings settings, UdpClient client, Channel channel) {
    this.settings = settings;
    this.client = client;
    this.channel = channel;
    this.measurer = channel.pipeline().get(Measurer.class);
    this.ctx = channel.pipeline().context(measurer);
    // whoever waits for the report may wait again: never let them do so on the event loop
    measurer.finding().whenCompleteAsync(this::end, WaitingThreads.INSTANCE);
    channel.eventLoop().execute(() -> measurer.begin(ctx));
  }

  /**
   * A builder with every default: 1,000 datagrams a second of 64 bytes, for 10 s.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @param port 1 to 65,535
   * @throws io.pipewright.ConfigurationException if the host is empty or the port out of range
   */
  public static UdpEchoMeasurementBuilder builder(String host, int port) {
    return new UdpEchoMeasurementBuilder(host, port);
  }

  private void end(Measurer.Finding finding, Throwable failure) {
    if (failure != null) {
      report.completeExceptionally(
          failure instanceof IOException refused ? connectFailed(refused) : failure);
    } else if (finding.counts().sent() == 0 && finding.failure().isPresent()) {
      Throwable why = finding.failure().get();
      report.completeExceptionally(
          new CannotSendException(settings.target(), settings.sizeBytes(), why));
    } else {
      report.complete(report(finding));
    }
  }

  private ConnectFailedException connectFailed(Throwable cause) {
    return SocketErrors.connectFailed(HostPort.parse(settings.target()), settings.timeout(), cause);
  }

  private MeasurementReport report(Measurer.Finding finding) {
    boolean paced = !settings.pace().isUnlimited();
    return new MeasurementReport(
        settings.target(),
        client.transport(),
        settings.sizeBytes(),
        paced ? settings.pace().perSecond() : 0,
        paced ? 0 : settings.window(),
        settings.timeout(),
        finding.complete(),
        finding.took(),
        finding.counts(),
        finding.roundTrip(),
        finding.fromSchedule(),
        finding.server().map(counts -> ServerSide.of(finding.counts(), counts)));
  }

  /**
   * The end of it.
   *
   * @return completed with the report on a thread that may be blocked; or with {@link ConnectFailedException} if the host says
   *     right away that nothing listens there, with {@link CannotSendException} if the kernel takes no datagram of that size, with
   *     {@link CancellationException} if this was closed before
   */
  public CompletableFuture<MeasurementReport> report() {
    return report.copy();
  }

  /**
   * How far it is.
   *
   * @return completed on the event loop; empty if it has ended
   */
  public CompletableFuture<Optional<Progress>> progress() {
    CompletableFuture<Optional<Progress>> progress = new CompletableFuture<>();
    try {
      channel
          .eventLoop()
          .execute(() -> progress.complete(
              channel.isActive() ? Optional.of(measurer.progress()) : Optional.empty()));
    } catch (RejectedExecutionException e) {
      progress.complete(Optional.empty());
    }
    return progress;
  }

  /** Sends no more, waits for the answers that may still come in time, and reports what was measured so far. Does not wait. */
  public void stop() {
    if (!channel.eventLoop().isShuttingDown()) {
      channel.eventLoop().execute(() -> measurer.stop(ctx));
    }
  }

  /** Closes the socket and the event loop that was made for it. A report that is not there yet never comes. */
  @Override
  public void close() {
    client.close();
    report.completeExceptionally(new CancellationException("the measurement was closed"));
  }
}
