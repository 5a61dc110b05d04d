package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.launch.StandardError;
import io.pipewright.launch.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A person watches: a bar for each file on standard error, or one for a whole folder, and what happens beside, a line each,
 * above the bar. Of files that come at the same time, the one that began first has its bar until it is over.
 */
final class TerminalDisplay implements Display {

  private final BarLine line = new BarLine(System.err, StandardError.columns());
  private DownloadBar bar;
  private FolderProgress files;
  private String shown = "";
  private final Map<String, DownloadEvent.Begun> behind = new LinkedHashMap<>();

  @Override
  public synchronized void begins(String name, boolean folder) {
    if (folder) {
      close();
      files = new FolderProgress();
      bar = DownloadBar.endless(line, name.isEmpty() ? "everything" : name);
    }
  }

  @Override
  public synchronized void event(DownloadEvent event) {
    if (files != null) {
      files.event(event);
      bar.show(files.verifiedBytes(), files.fetchedBytes(), files.state());
    } else if (event instanceof DownloadEvent.Begun begun) {
      behind.put(begun.name(), begun);
      showNext();
    } else if (bar != null && event.name().equals(shown)) {
      draw(event);
    }
    tell(event);
  }

  private void draw(DownloadEvent event) {
    if (event instanceof DownloadEvent.Progress progress) {
      bar.show(progress.verifiedBytes(), progress.fetchedBytes(), by(progress.connections()));
    } else if (event instanceof DownloadEvent.Finished finished
        && finished.download() instanceof Download.Saved saved) {
      bar.whole(saved.bytes());
    }
  }

  private void showNext() {
    if (bar == null && !behind.isEmpty()) {
      shown = behind.keySet().iterator().next();
      bar = DownloadBar.of(line, behind.remove(shown));
    }
  }

  private void isOver(String name) {
    behind.remove(name);
    if (files != null || name.equals(shown)) {
      close();
    }
  }

  private static String by(int connections) {
    return connections > 1 ? "x" + connections : "";
  }

  private void tell(DownloadEvent event) {
    String name = event.name();
    if (event instanceof DownloadEvent.BeganAnew anew) {
      say(name + " begins anew: " + anew.why());
    } else if (event instanceof DownloadEvent.BadBlock bad) {
      say("block %d of %s came with wrong bytes from %s; it is asked for again"
          .formatted(bad.block(), name, bad.server()));
    } else if (event instanceof DownloadEvent.Retrying retrying) {
      say("%s: %s; again in %s".formatted(name, retrying.why(), Shown.seconds(retrying.delay())));
    } else if (event instanceof DownloadEvent.ServerLeft left) {
      say("%s brings no more of %s: %s".formatted(left.server(), name, left.why()));
    }
  }

  @Override
  public synchronized void failed(String name, PipewrightException reason) {
    isOver(name);
    Display.super.failed(name, reason);
    showNext();
  }

  @Override
  public synchronized void ended(TreeDownload tree) {
    if (bar != null) {
      bar.whole(tree.savedBytes());
    }
    close();
    Display.super.ended(tree);
  }

  @Override
  public synchronized void ended(Download download) {
    isOver(download.name());
    if (download instanceof Download.Skipped skipped) {
      say(skipped.name() + " is skipped: " + skipped.reason());
    }
    Display.super.ended(download);
    showNext();
  }

  @Override
  public void say(String sentence) {
    line.say(QuietDisplay.sentence(sentence));
  }

  @Override
  public void planned(PlannedDownload planned) {
    Terminal.standard().println(QuietDisplay.line(planned));
  }

  @Override
  public synchronized void interrupted(ResumeCommand resume) {
    close();
    Display.super.interrupted(resume);
    line.say(resume.toString());
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      files = null;
      shown = "";
    }
  }
}
