package io.pipewright.udpecho.measure;

import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.HostPort;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.udp.UdpBuilder;
import io.pipewright.udp.UdpClient;
import io.pipewright.udp.UdpClientBuilder;
import io.pipewright.udpecho.session.Probe;
import io.pipewright.udpecho.session.SessionMessage;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** Settings of a {@link UdpEchoMeasurement}. All defaults stand here. Not thread-safe. */
public final class UdpEchoMeasurementBuilder {

  /** So many datagrams a second at most. */
  public static final int MAX_RATE = 10_000_000;

  private static final int LARGEST_PORT = 65_535;
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  /** What is read between two bursts has to keep up with them; large datagrams come less often. */
  private static final int MOST_PER_READ = 256;

  private static final int LEAST_PER_READ = 8;
  private static final int READ_BYTES = 1 << 20;
  private static final int LEAST_REMEMBERED = 1 << 16;
  private static final int MOST_REMEMBERED = 1 << 22;
  private static final int REMEMBERED_WITHOUT_PACE = 1 << 20;
  private static final Duration LONGEST = Duration.ofDays(365);

  private final String host;
  private final int port;
  private final UdpClientBuilder udp = UdpClient.builder().receiveBufferBytes(RECEIVE_BUFFER_BYTES);
  private Pace pace = Pace.perSecond(1_000);
  private int window = 64;
  private int sizeBytes = 64;
  private long count;
  private Duration duration = Duration.ZERO;
  private Duration timeout = Duration.ofSeconds(2);
  private boolean wireLog;
  private Consumer<Phase> listener = phase -> {};

  UdpEchoMeasurementBuilder(String host, int port) {
    if (host == null || host.isBlank()) {
      throw new ConfigurationException("host", host, "must be a name or an address");
    }
    if (port < 1 || port > LARGEST_PORT) {
      throw new ConfigurationException("port", port, "must be 1 to 65535, not " + port);
    }
    this.host = host;
    this.port = port;
  }

  /**
   * Sets the socket: transport, event loop, buffers. The receive buffer asked for by default is 4 MiB.
   *
   * @param settings is given the builder of the UDP client; peer, largest datagram, batch and pipeline are set here
   * @return this
   */
  public UdpEchoMeasurementBuilder socket(Consumer<UdpClientBuilder> settings) {
    settings.accept(udp);
    return this;
  }

  /**
   * How many datagrams are sent a second. Default 1,000. More than 1,000 a second go in bursts, one a millisecond.
   *
   * @param perSecond 1 to {@value #MAX_RATE}; 0 for as fast as the {@link #window} lets
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpEchoMeasurementBuilder rate(int perSecond) {
    if (perSecond < 0 || perSecond > MAX_RATE) {
      throw new ConfigurationException(
          "rate",
          perSecond,
          "must be 0 (as the window lets) to %,d a second, not %,d".formatted(MAX_RATE, perSecond));
    }
    this.pace = perSecond == 0 ? Pace.unlimited() : Pace.perSecond(perSecond);
    return this;
  }

  /**
   * Instead of a {@link #rate}: the time from one datagram to the next.
   *
   * @param interval a microsecond to a day
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpEchoMeasurementBuilder interval(Duration interval) {
    if (interval.compareTo(Duration.ofNanos(1_000)) < 0
        || interval.compareTo(Duration.ofDays(1)) > 0) {
      throw new ConfigurationException("interval", interval, "must be a microsecond to a day");
    }
    this.pace = Pace.every(interval);
    return this;
  }

  /**
   * With rate 0: how many datagrams are unanswered at once, those not counted that have timed out. Default 64.
   *
   * @param datagrams 1 to 65,536
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpEchoMeasurementBuilder window(int datagrams) {
    if (datagrams < 1 || datagrams > LEAST_REMEMBERED) {
      throw new ConfigurationException(
          "window",
          datagrams,
          "must be 1 to %d datagrams, not %d".formatted(LEAST_REMEMBERED, datagrams));
    }
    this.window = datagrams;
    return this;
  }

  /**
   * How long each datagram is. Default 64 bytes.
   *
   * @param bytes {@link Probe#HEADER_BYTES}, for the number and what goes with it, to 65,507 bytes of payload
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpEchoMeasurementBuilder sizeBytes(int bytes) {
    if (bytes < Probe.HEADER_BYTES || bytes > UdpBuilder.MAX_IPV4_PAYLOAD_BYTES) {
      throw new ConfigurationException(
          "size",
          bytes,
          "must be %d (a datagram's number and what goes with it) to %d bytes, not %d"
              .formatted(Probe.HEADER_BYTES, UdpBuilder.MAX_IPV4_PAYLOAD_BYTES, bytes));
    }
    this.sizeBytes = bytes;
    return this;
  }

  /**
   * How many datagrams are sent, unless the {@link #duration} ends first. Default 0: no limit.
   *
   * @param datagrams 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoMeasurementBuilder count(long datagrams) {
    if (datagrams < 0) {
      throw new ConfigurationException("count", datagrams, "must not be negative");
    }
    this.count = datagrams;
    return this;
  }

  /**
   * How long datagrams are sent, unless the {@link #count} is reached before. Default zero: no limit. With neither it is 10 s.
   *
   * @param duration zero or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoMeasurementBuilder duration(Duration duration) {
    if (duration.isNegative()) {
      throw new ConfigurationException("duration", duration, "must not be negative");
    }
    this.duration = duration;
    return this;
  }

  /**
   * After how long an answer is late. Default 2 s. After the last datagram so long is waited, too.
   *
   * @param timeout a millisecond to a minute
   * @return this
   * @throws ConfigurationException if out of range
   */
  public UdpEchoMeasurementBuilder timeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0
        || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new ConfigurationException("timeout", timeout, "must be a millisecond to a minute");
    }
    this.timeout = timeout;
    return this;
  }

  /**
   * Whether every datagram is logged, escaped, to {@code io.pipewright.wire.udp-echo} at debug level. Default false.
   *
   * @return this
   */
  public UdpEchoMeasurementBuilder wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * Hears of each {@link Phase} when it begins, before anything of it is sent.
   *
   * @param listener is called on the event loop: it must not block
   * @return this
   */
  public UdpEchoMeasurementBuilder listener(Consumer<Phase> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Opens a socket and begins. Must not be called on an event loop.
   *
   * @return the measurement, to be closed by the caller
   * @throws ConnectFailedException if the host is unknown or there is no route to it
   * @throws ConfigurationException if so many datagrams would have to be waited for at once that nobody can remember them
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public UdpEchoMeasurement start() {
    MeasurementSettings settings = settings();
    PipelineBuilder builder = Pipeline.builder();
    if (wireLog) {
      builder.wireLog("udp-echo");
    }
    Pipeline pipeline = builder
        .build()
        .with(new Stage(Slot.HANDLER, "measurer", "measures", () -> new Measurer(settings)));
    UdpClient client = udp.remote(host, port)
        .maxDatagramBytes(Math.max(sizeBytes, SessionMessage.BYTES))
        .batch(Math.max(LEAST_PER_READ, Math.min(MOST_PER_READ, READ_BYTES / sizeBytes)))
        .pipeline(pipeline)
        .build();
    try {
      return new UdpEchoMeasurement(settings, client, client.open());
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private MeasurementSettings settings() {
    boolean endless = count == 0 && duration.isZero();
    Duration time = endless ? Duration.ofSeconds(10) : duration;
    return new MeasurementSettings(
        new HostPort(host, port).toString(),
        pace,
        window,
        sizeBytes,
        count == 0 ? Long.MAX_VALUE : count,
        (time.isZero() || time.compareTo(LONGEST) > 0 ? LONGEST : time).toNanos(),
        timeout,
        remembered(),
        listener);
  }

  /** Twice as many as can be waited for at once, so that a late answer is told from a second one. */
  private int remembered() {
    double waiting = pace.isUnlimited()
        ? REMEMBERED_WITHOUT_PACE / 2.0
        : pace.perSecond() * timeout.toMillis() / 1e3;
    if (2 * waiting > MOST_REMEMBERED) {
      throw new ConfigurationException(
          "rate",
          pace.perSecond(),
          "%,.0f datagrams would be waited for within the timeout, and at most %,d can be: take a shorter timeout or a lower rate"
              .formatted(waiting, MOST_REMEMBERED / 2));
    }
    int least = (int) Math.max(LEAST_REMEMBERED, 2 * waiting);
    int power = Integer.highestOneBit(least);
    return power == least ? power : 2 * power;
  }
}
