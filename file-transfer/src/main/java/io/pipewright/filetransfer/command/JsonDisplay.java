package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.log.JsonLine;
import java.io.PrintStream;

/**
 * For programs: each event a JSON object on a line of standard output, and sentences on standard error as ever. The kinds and
 * their members stand in {@code docs/programs.md}; scripts rely on them.
 */
final class JsonDisplay implements Display {

  private final PrintStream out = System.out;
  private final QuietDisplay sentences = new QuietDisplay();
  private final Runnable outputLost;
  private boolean lost;
  private boolean toldItsEnd;

  /**
   * @param outputLost is run once, when nobody can read any more: on a thread that must not wait
   */
  JsonDisplay(Runnable outputLost) {
    this.outputLost = outputLost;
  }

  private synchronized void print(JsonLine line) {
    out.println(line);
    if (!lost && out.checkError()) {
      lost = true;
      outputLost.run();
    }
  }

  @Override
  public synchronized void begins(String name, boolean folder) {
    toldItsEnd = false;
  }

  @Override
  public synchronized void event(DownloadEvent event) {
    if (event instanceof DownloadEvent.Finished finished) {
      tellEnd(JsonEvents.of(finished.download()));
    } else if (event instanceof DownloadEvent.Failed failed) {
      tellEnd(JsonEvents.of(failed.name(), failed.reason()));
    } else {
      print(JsonEvents.of(event));
    }
  }

  private void tellEnd(JsonLine line) {
    toldItsEnd = true;
    print(line);
  }

  @Override
  public synchronized void ended(Download download) {
    if (!toldItsEnd) { // refused before anybody was asked
      print(JsonEvents.of(download));
    }
    sentences.ended(download);
  }

  @Override
  public synchronized void failed(String name, PipewrightException reason) {
    if (!toldItsEnd) {
      print(JsonEvents.of(name, reason));
    }
    sentences.failed(name, reason);
  }

  @Override
  public void ended(TreeDownload tree) {
    print(JsonEvents.of(tree));
    sentences.ended(tree);
  }

  @Override
  public void planned(PlannedDownload planned) {
    print(JsonLine.event("planned")
        .put("name", planned.name())
        .put("size", planned.size())
        .put("file", ShownPath.of(planned.file()))
        .put("step", planned.step().toString()));
  }

  @Override
  public void interrupted(ResumeCommand resume) {
    print(JsonLine.event("interrupted").put("resume", resume.toString()));
    sentences.interrupted(resume);
  }

  @Override
  public void done(int exitCode) {
    print(JsonLine.event("done").put("exitCode", exitCode));
  }

  @Override
  public void say(String sentence) {
    sentences.say(sentence);
  }
}
