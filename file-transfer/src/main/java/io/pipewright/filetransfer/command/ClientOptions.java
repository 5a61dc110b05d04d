package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.FileClientBuilder;
import io.pipewright.launch.TcpClientOptions;
import io.pipewright.transport.Transport;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command takes that asks servers, as a picocli mixin: whom, and how. */
final class ClientOptions {

  @Parameters(
      index = "0",
      paramLabel = "HOST:PORT[,…]",
      converter = ServerList.Converter.class,
      description =
          "The server; or several that have the same files. [IPV6]:PORT and unix:PATH will do too.")
  private ServerList servers;

  @Mixin
  private TcpClientOptions tcp;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "How long a server may be silent.")
  private Duration timeout;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  ServerList servers() {
    return servers;
  }

  FileClientBuilder applyTo(FileClientBuilder builder) {
    return builder
        .servers(servers.endpoints())
        .socket(socket -> tcp.applyTo(socket).transport(transport))
        .timeout(timeout);
  }
}
