package io.pipewright.filetransfer.command;

import io.pipewright.RunningServer;
import io.pipewright.filetransfer.FileServer;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
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
  private final TcpServerOptions options = TcpServerOptions.onPort(FileServer.DEFAULT_PORT)
      .idleAfter(FileServer.DEFAULT_IDLE_TIMEOUT)
      .backlogByDefault(FileServer.DEFAULT_BACKLOG);

  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description =
          "Required: the folder whose files are served, with all folders in it; links are not followed.")
  private Path root;

  @Override
  public Integer call() {
    return ServiceLauncher.serve(FileTransfer.PROGRAM, options, this::start);
  }

  private RunningServer start() {
    return FileServer.builder()
        .root(root)
        .socket(options::applyTo)
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .customize(pipeline -> options.customized(FileTransfer.PROGRAM, pipeline))
        .start();
  }
}
