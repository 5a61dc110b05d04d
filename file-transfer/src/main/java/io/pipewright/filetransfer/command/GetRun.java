package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names of one command line, one after another; the worst of what becomes of them counts. */
final class GetRun implements AutoCloseable {

  /** How to go on after an interruption. */
  @FunctionalInterface
  interface Resuming {
    /**
     * The command, or {@code null} if nothing is kept that it could go on from.
     *
     * @param finished the names that are over
     */
    ResumeCommand after(Set<String> finished);
  }

  private static final Logger log = LoggerFactory.getLogger(GetRun.class);

  private final FileClient client;
  private final Display display;
  private final Resuming resuming;
  private final Interruption interruption;
  private final Set<String> finished = ConcurrentHashMap.newKeySet();
  private volatile boolean outputLost;

  /**
   * @param client is closed with this
   * @param json whether a program reads the events
   */
  GetRun(FileClient client, boolean json, Resuming resuming) {
    this.client = client;
    this.display = json
        ? new JsonDisplay(this::stopSinceNobodyReads)
        : TerminalDisplay.isWatched() ? new TerminalDisplay(false) : new QuietDisplay();
    this.resuming = resuming;
    this.interruption = new Interruption(this::giveUp);
  }

  private void giveUp() {
    client.close();
    ResumeCommand resume = resuming.after(finished);
    if (resume != null) {
      display.interrupted(resume);
    }
  }

  /** On a thread that the client needs for its end. */
  private void stopSinceNobodyReads() {
    outputLost = true;
    new Thread(client::close, "stop").start();
  }

  int getAll(List<String> names, Path folder) {
    int worst = worstOf(names, folder);
    if (!interruption.isHere()) {
      display.done(worst);
    }
    if (outputLost) {
      throw new LaunchException(ExitCode.CANNOT_WRITE, "cannot write to standard output");
    }
    return worst;
  }

  private int worstOf(List<String> names, Path folder) {
    int worst = ExitCode.OK;
    for (String name : names) {
      display.begins(name);
      int code = get(name, folder);
      worst = Math.max(worst, code);
      if (interruption.isHere() || outputLost || code == ExitCode.CANNOT_CONNECT) {
        return worst; // it would be so for the others too
      }
    }
    return worst;
  }

  private int get(String name, Path folder) {
    try {
      Download download = client.get(DownloadRequest.of(name, folder).listener(display));
      display.ended(download);
      finished.add(name);
      return download instanceof Download.Refused ? ExitCode.REFUSED : ExitCode.OK;
    } catch (PipewrightException e) {
      log.debug("the failure with its stack", e);
      if (!interruption.isHere() && !outputLost) {
        display.failed(name, e);
      }
      return FailureCode.of(e);
    }
  }

  @Override
  public void close() {
    interruption.close();
    client.close();
    display.close();
  }
}
