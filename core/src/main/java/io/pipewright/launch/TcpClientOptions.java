package io.pipewright.launch;

import io.pipewright.shaping.Rates;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpClientBuilder;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every TCP client but for whom it talks to, as a picocli mixin. */
public final class TcpClientOptions {

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long the server may take to accept.")
  private Duration connectTimeout;

  @Option(
      names = "--read-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Receive at most so many bytes a second, as 10MB; 0 is no limit.")
  private ByteSize readRate;

  @Option(
      names = "--write-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Send at most so many bytes a second; 0 is no limit.")
  private ByteSize writeRate;

  @Mixin
  private final TlsClientOptions tls = new TlsClientOptions();

  /** Whether what is sent is encrypted. */
  public boolean encrypts() {
    return tls.isOn();
  }

  /**
   * Sets everything of a client that these options are about.
   *
   * @param builder is changed
   * @return the builder
   */
  public TcpClientBuilder applyTo(TcpClientBuilder builder) {
    Rates rates = Rates.UNLIMITED.withRead(readRate.bytes()).withWrite(writeRate.bytes());
    if (!rates.isUnlimited()) {
      builder.shaping(Shaping.builder().rates(rates).build());
    }
    tls.applyTo(builder);
    return builder.connectTimeout(connectTimeout);
  }
}
