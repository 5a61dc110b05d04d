package io.pipewright.filetransfer;

import io.pipewright.RunningServer;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ServerOptions;
import io.pipewright.launch.ServiceLauncher;
import java.nio.file.Path;
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
  private final ServerOptions options =
      ServerOptions.onPort(FileServer.DEFAULT_PORT).idleAfter(FileServer.DEFAULT_IDLE_TIMEOUT);

  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description =
          "Required: the folder whose files are served, with all folders in it; links are not followed.")
  private Path root;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      defaultValue = "" + FileServer.DEFAULT_BACKLOG,
      converter = Converters.Positive.class,
      description = "How many connections may wait to be accepted.")
  private int backlog;

  @Override
  public Integer call() {
    return ServiceLauncher.serve(FileTransfer.PROGRAM, options, this::start);
  }

  private RunningServer start() {
    return FileServer.builder()
        .root(root)
        .host(options.host())
        .port(options.port())
        .transport(options.transport())
        .loops(options.loops())
        .backlog(backlog)
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .start();
  }
}
