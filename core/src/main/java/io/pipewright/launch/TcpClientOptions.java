package io.pipewright.launch;

import io.pipewright.tcp.TcpClientBuilder;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of every TCP client but for whom it talks to, as a picocli mixin. */
public final class TcpClientOptions {

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long the server may take to accept.")
  private Duration connectTimeout;

  /**
   * Sets everything of a client that these options are about.
   *
   * @param builder is changed
   * @return the builder
   */
  public TcpClientBuilder applyTo(TcpClientBuilder builder) {
    return builder.connectTimeout(connectTimeout);
  }
}
