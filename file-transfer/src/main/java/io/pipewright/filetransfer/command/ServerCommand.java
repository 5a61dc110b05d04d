package io.pipewright.filetransfer.command;

import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.FileServer;
import io.pipewright.filetransfer.FileServerBuilder;
import io.pipewright.filetransfer.store.SharingPolicy;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code file-transfer server}. */
@Command(
    name = "server",
    description =
        "Gives away the files of a folder, and nothing outside of it, until it is told to stop.")
final class ServerCommand implements Callable<Integer> {

  @Mixin
  private final TcpServerOptions options = TcpServerOptions.onPort(FileServer.DEFAULT_PORT)
      .idleAfter(FileServer.DEFAULT_IDLE_TIMEOUT)
      .backlogByDefault(FileServer.DEFAULT_BACKLOG);

  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description = "Required: the folder whose files are served, with all folders in it.")
  private Path root;

  @Option(
      names = "--follow-links",
      description = "Follow links that lead to something in the folder; none ever leads out of it.")
  private boolean followLinks;

  @Option(
      names = "--hidden",
      description = "Give and list hidden files too, whose names begin with a dot.")
  private boolean hidden;

  @Option(
      names = "--max-transfers",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "How many files may be under way at once; more are told to come back later.")
  private Integer maxTransfers;

  @Option(
      names = "--max-transfers-per-address",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "The same for each address.")
  private Integer maxTransfersPerAddress;

  @Option(
      names = "--retry-after",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "When those come back that were turned away.")
  private Duration retryAfter;

  @Mixin
  private final TokenOptions token = new TokenOptions();

  @Override
  public Integer call() {
    return ServiceLauncher.serve(FileTransfer.PROGRAM, options, this::start);
  }

  private RunningServer start() {
    FileServerBuilder builder = FileServer.builder()
        .root(root)
        .sharing(new SharingPolicy(followLinks, hidden))
        .retryAfter(retryAfter)
        .secretOverPlaintext(token.overPlaintext())
        .socket(options::applyTo)
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .customize(pipeline -> options.customized(FileTransfer.PROGRAM, pipeline));
    Optional.ofNullable(maxTransfers).ifPresent(builder::maxTransfers);
    Optional.ofNullable(maxTransfersPerAddress).ifPresent(builder::maxTransfersPerAddress);
    token.secret().ifPresent(builder::secret);
    try {
      return builder.start();
    } catch (ConfigurationException e) {
      throw TokenOptions.inUsersWords(e);
    }
  }
}
