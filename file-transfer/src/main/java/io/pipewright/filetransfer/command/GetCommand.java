package io.pipewright.filetransfer.command;

import io.pipewright.ConnectFailedException;
import io.pipewright.PipewrightException;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.download.CannotSaveException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.TcpClientOptions;
import io.pipewright.log.Escaped;
import io.pipewright.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code file-transfer get HOST:PORT NAME…}: one file after another; the largest exit code of them all counts. */
@Command(
    name = "get",
    description = {
      "Downloads files. Each has its name when it is whole, and not before.",
      "In the plain dialect an empty file looks like a refusal, and is taken for one (exit 6)."
    })
final class GetCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(GetCommand.class);

  @Parameters(
      index = "0",
      paramLabel = "HOST:PORT",
      description = "The server; or unix:PATH, a Unix domain socket.")
  private Endpoint server;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "NAME",
      description = "Names as the server knows them; a/b.txt is saved as b.txt.")
  private List<String> names;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Save in this folder, which must be there.")
  private Path folder;

  @SuppressWarnings("UnusedVariable") // scripts name the dialect; there is nothing to choose yet
  @Option(
      names = "--plain",
      description =
          "Speak the plain dialect: a name, then bytes until the end. It is the only one yet.")
  private boolean plain;

  @Mixin
  private TcpClientOptions tcp;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "How long the server may be silent.")
  private Duration timeout;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  private volatile boolean interrupted;

  @Override
  public Integer call() {
    try (FileClient client = FileClient.builder()
        .socket(socket -> tcp.applyTo(socket).server(server).transport(transport))
        .timeout(timeout)
        .build()) {
      Thread cleanUp = new Thread(() -> giveUp(client), "clean-up");
      Runtime.getRuntime().addShutdownHook(cleanUp);
      try {
        return getAll(client);
      } finally {
        forget(cleanUp);
      }
    }
  }

  /** A signal ends the JVM, which runs this first: nothing half-finished stays behind. */
  private void giveUp(FileClient client) {
    interrupted = true;
    client.close();
  }

  private static void forget(Thread cleanUp) {
    try {
      Runtime.getRuntime().removeShutdownHook(cleanUp);
    } catch (IllegalStateException e) {
      log.debug("it is running", e);
    }
  }

  private int getAll(FileClient client) {
    int worst = ExitCode.OK;
    for (String name : names) {
      int code = get(client, name);
      worst = Math.max(worst, code);
      if (code == ExitCode.CANNOT_CONNECT) {
        break; // it would be so for the others too
      }
    }
    return worst;
  }

  private int get(FileClient client, String name) {
    Download download;
    try (ProgressDisplay progress = ProgressDisplay.start(name)) {
      download = client.get(name, folder, progress);
    } catch (ConnectFailedException e) {
      return failed(ExitCode.CANNOT_CONNECT, e);
    } catch (DownloadTimedOutException e) {
      return failed(ExitCode.TIMED_OUT, e);
    } catch (CannotSaveException e) {
      return failed(ExitCode.CANNOT_WRITE, e);
    } catch (DownloadBrokenException e) {
      return failed(ExitCode.FAILED, e);
    }
    if (download instanceof Download.Refused refused) {
      say("no " + name + ": " + refused.reason());
      return ExitCode.REFUSED;
    }
    return ExitCode.OK;
  }

  private int failed(int code, PipewrightException failure) {
    log.debug("the failure with its stack", failure);
    if (!interrupted) {
      say(failure.getMessage());
    }
    return code;
  }

  /** Not thrown to the launcher, which would end at the first of several names. */
  private static void say(String sentence) {
    System.err.println(FileTransfer.PROGRAM + ": " + Escaped.of(sentence));
  }
}
