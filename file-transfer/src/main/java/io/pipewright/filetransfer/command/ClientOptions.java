package io.pipewright.filetransfer.command;

import io.pipewright.address.UnixPath;
import io.pipewright.filetransfer.FileClientBuilder;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.launch.Converters;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.TcpClientOptions;
import io.pipewright.transport.Transport;
import java.time.Duration;
import java.util.Optional;
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
      names = "--retries",
      paramLabel = "N",
      defaultValue = "10",
      converter = Converters.NotNegative.class,
      description = "How many tries in a row may bring nothing.")
  private int retries;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  @Mixin
  private final TokenOptions token = new TokenOptions();

  ServerList servers() {
    return servers;
  }

  /**
   * Sets what these options are about.
   *
   * @throws LaunchException if the token cannot be read, or everybody could
   */
  FileClientBuilder applyTo(FileClientBuilder builder) {
    Optional<Secret> secret = token.secret();
    if (secret.isPresent() && !token.overPlaintext() && !isPrivate()) {
      throw TokenOptions.overPlaintextRefused(null);
    }
    secret.ifPresent(builder::secret);
    return builder
        .servers(servers.endpoints())
        .socket(socket -> tcp.applyTo(socket).transport(transport))
        .timeout(timeout)
        .retries(retries);
  }

  /** A Unix domain socket stays in this machine. */
  private boolean isPrivate() {
    return tcp.encrypts() || servers.endpoints().stream().allMatch(UnixPath.class::isInstance);
  }

  boolean hasToken() {
    return token.isGiven();
  }
}
