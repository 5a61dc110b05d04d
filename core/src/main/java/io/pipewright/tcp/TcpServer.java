package io.pipewright.tcp;

/**
 * A TCP server that runs one {@link io.pipewright.pipeline.Pipeline} for each connection.
 *
 * <pre>{@code
 * try (RunningServer server = TcpServer.builder().port(21567).pipeline(greeter).start()) {
 *   server.awaitTermination();
 * }
 * }</pre>
 */
public final class TcpServer {

  private TcpServer() {}

  /** A builder with every default: listens on 127.0.0.1 and a free port, best transport, one event loop a processor. */
  public static TcpServerBuilder builder() {
    return new TcpServerBuilder();
  }
}
