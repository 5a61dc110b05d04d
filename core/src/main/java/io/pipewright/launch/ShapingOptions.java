package io.pipewright.launch;

import io.pipewright.shaping.Rates;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpServerBuilder;
import picocli.CommandLine.Option;

/** How many bytes a second a server's connections may move, as a part of {@link TcpServerOptions}. */
final class ShapingOptions {

  @Option(
      names = "--read-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Receive at most so many bytes a second from a connection; 0 is no limit.")
  private ByteSize read;

  @Option(
      names = "--write-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Send at most so many bytes a second to a connection, as 10MB.")
  private ByteSize write;

  @Option(
      names = "--total-read-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Receive at most so many bytes a second from all connections together.")
  private ByteSize totalRead;

  @Option(
      names = "--total-write-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "Send at most so many bytes a second to all connections together.")
  private ByteSize totalWrite;

  void applyTo(TcpServerBuilder builder) {
    Rates rates = new Rates(read.bytes(), write.bytes(), totalRead.bytes(), totalWrite.bytes());
    if (!rates.isUnlimited()) {
      builder.shaping(Shaping.builder().rates(rates).build());
    }
  }
}
