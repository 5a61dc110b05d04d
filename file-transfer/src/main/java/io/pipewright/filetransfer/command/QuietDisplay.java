package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import java.io.PrintStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Nobody watches: sentences alone, each a line on standard error that begins with the program's name. */
final class QuietDisplay implements Display {

  private static final Logger log = LoggerFactory.getLogger(QuietDisplay.class);

  private final PrintStream err = System.err;

  @Override
  public void event(DownloadEvent event) {
    if (!(event instanceof DownloadEvent.Progress)) {
      log.debug("{}", event);
    }
  }

  @Override
  public void say(String sentence) {
    err.println(sentence(sentence));
  }

  @Override
  public void interrupted(ResumeCommand resume) {
    Display.super.interrupted(resume);
    err.println(resume);
  }

  @Override
  public void planned(PlannedDownload planned) {
    Terminal.standard().println(line(planned));
  }

  /** For a person: what, how large, which, whereto. */
  static String line(PlannedDownload planned) {
    return "%-9s %9s  %s -> %s"
        .formatted(
            planned.step(),
            Shown.bytes((double) planned.size()),
            Escaped.of(planned.name()),
            Escaped.of(ShownPath.of(planned.file())));
  }

  /** A line that says who speaks, and in which no name does anything to a terminal. */
  static String sentence(String sentence) {
    return FileTransfer.PROGRAM + ": " + Escaped.of(sentence);
  }
}
