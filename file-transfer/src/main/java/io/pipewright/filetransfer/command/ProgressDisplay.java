package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How a download comes on, for a person: a bar on standard error, if that is a terminal, else nothing. The plain dialect tells
 * no length, so the bar has no end; it shows bytes and rate.
 */
final class ProgressDisplay implements ProgressListener, AutoCloseable {

  private static final int MILLION = 1_000_000;
  private static final int NO_LENGTH = -1;

  /** {@code null} if nobody watches. */
  private final ProgressBar bar;

  private ProgressDisplay(ProgressBar bar) {
    this.bar = bar;
  }

  /** Shows a download that begins now, to whoever is there. */
  static ProgressDisplay start(String name) {
    return new ProgressDisplay(standardErrorIsTerminal() ? newBar(name) : null);
  }

  private static ProgressBar newBar(String name) {
    return new ProgressBarBuilder()
        .setTaskName(Escaped.of(name, 40))
        .setInitialMax(NO_LENGTH)
        .setUnit(" MB", MILLION)
        .setStyle(ProgressBarStyle.ASCII)
        .showSpeed(new DecimalFormat("0.0"))
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  /**
   * The JDK can tell only whether input and output are a terminal both. Linux tells what the descriptor is; elsewhere the
   * JDK's answer must do.
   */
  private static boolean standardErrorIsTerminal() {
    Path descriptor = Path.of("/proc/self/fd/2");
    try {
      String device = Files.readSymbolicLink(descriptor).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return Terminal.standard().interactive();
    }
  }

  @Override
  public void event(DownloadEvent event) {
    if (bar != null && event instanceof DownloadEvent.Progress progress) {
      bar.stepTo(progress.verifiedBytes());
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
