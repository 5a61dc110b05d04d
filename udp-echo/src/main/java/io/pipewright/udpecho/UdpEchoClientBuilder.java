package io.pipewright.udpecho;

import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.udp.UdpClient;
import io.pipewright.udp.UdpClientBuilder;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of a {@link UdpEchoClient}. All defaults stand here. Not thread-safe. */
public final class UdpEchoClientBuilder {

  private static final int LARGEST_PORT = 65_535;

  private final String host;
  private final int port;
  private final UdpClientBuilder udp = UdpClient.builder();
  private Duration timeout = Duration.ofSeconds(2);
  private int retries = 2;
  private boolean broadcast;
  private boolean wireLog;

  UdpEchoClientBuilder(String host, int port) {
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
   * Sets the socket: transport, event loop, buffers.
   *
   * @param settings is given the builder of the UDP client; peer, broadcast and pipeline are set
   *     here
   * @return this
   */
  public UdpEchoClientBuilder socket(Consumer<UdpClientBuilder> settings) {
    settings.accept(udp);
    return this;
  }

  /**
   * How long each try waits for the answer. Default 2 s.
   *
   * @return this
   * @throws ConfigurationException if it is less than a millisecond
   */
  public UdpEchoClientBuilder timeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
      throw new ConfigurationException("timeout", timeout, "must be a millisecond or more");
    }
    this.timeout = timeout;
    return this;
  }

  /**
   * How often a question is sent again when no answer comes. Default 2.
   *
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoClientBuilder retries(int retries) {
    if (retries < 0) {
      throw new ConfigurationException("retries", retries, "must be 0 or more, not " + retries);
    }
    this.retries = retries;
    return this;
  }

  /**
   * Whether the host may be a broadcast address; then anybody may answer, and the first to do so is
   * heard. Default false.
   *
   * @return this
   */
  public UdpEchoClientBuilder broadcast(boolean broadcast) {
    this.broadcast = broadcast;
    return this;
  }

  /**
   * Whether every datagram is logged, escaped, to {@code io.pipewright.wire.udp-echo} at debug
   * level. Default false.
   *
   * @return this
   */
  public UdpEchoClientBuilder wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * Builds the client. Sends nothing and opens no socket.
   *
   * @return the client, to be closed by the caller
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public UdpEchoClient build() {
    PipelineBuilder pipeline = Pipeline.builder().handler("inbox", Inbox::new);
    if (wireLog) {
      pipeline.wireLog(UdpEcho.PROGRAM);
    }
    if (!broadcast) {
      udp.remote(host, port);
    }
    return new UdpEchoClient(
        this, udp.broadcast(broadcast).pipeline(pipeline.build()).build());
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  Duration timeout() {
    return timeout;
  }

  int retries() {
    return retries;
  }

  boolean broadcast() {
    return broadcast;
  }
}
