package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.download.TreeDownload;

/**
 * Shows how downloads come on, and what came of them. Thread-safe, and quick: events come on threads that have other work.
 * What it does not override it tells as a sentence, if a person has to know.
 */
interface Display extends ProgressListener, AutoCloseable {

  /** Tells a person something that is neither progress nor the result that was asked for, on standard error. */
  void say(String sentence);

  /**
   * The next name of the command line is asked for.
   *
   * @param folder whether all below it comes
   */
  default void begins(String name, boolean folder) {}

  /** It is over, in order. */
  default void ended(Download download) {
    if (download instanceof Download.Refused refused) {
      say("no " + refused.name() + ": " + refused.reason());
    }
  }

  /** It is over, and the file is not there. */
  default void failed(String name, PipewrightException reason) {
    say(reason.getMessage());
  }

  /** A folder is over, and whatever failed below it. */
  default void ended(TreeDownload tree) {
    tree.failures().forEach(failure -> say(failure.reason().getMessage()));
    long untold = tree.failed() - tree.failures().size();
    if (untold > 0) {
      say(untold + " more files failed");
    }
  }

  /** What a download would do. */
  void planned(PlannedDownload planned);

  /** The user has stopped it; this command goes on where it stopped. */
  default void interrupted(ResumeCommand resume) {
    say("stopped; what has come is kept, and this goes on from there:");
  }

  /** All of it is over. */
  default void done(int exitCode) {}

  /** Draws no more. */
  @Override
  default void close() {}
}
