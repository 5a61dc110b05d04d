package io.pipewright.filetransfer.command;

import io.pipewright.launch.StandardError;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a person how the reading of a large file comes on, and leaves nothing of that on the screen. */
final class ReadingBar implements AutoCloseable {

  /** What is smaller is read before anybody has seen a bar. */
  private static final long MIN_BYTES = 64L << 20;

  private static final int MILLION = 1_000_000;
  private static final int NAME_CHARS = 40;

  /** {@code null} if nobody has to be kept patient. */
  private final ProgressBar bar;

  private ReadingBar(ProgressBar bar) {
    this.bar = bar;
  }

  static ReadingBar of(String name, Path folder) {
    long size = StandardError.isTerminal() ? size(folder, name) : 0;
    return new ReadingBar(size < MIN_BYTES ? null : bar(name, size));
  }

  private static long size(Path folder, String name) {
    try {
      return Files.size(folder.resolve(name));
    } catch (IOException | InvalidPathException e) {
      return 0; // whoever reads it will say so
    }
  }

  private static ProgressBar bar(String name, long size) {
    return new ProgressBarBuilder()
        .setTaskName(Escaped.of(name, NAME_CHARS))
        .setInitialMax(size)
        .setUnit(" MB", MILLION)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(new BarLine(System.err, StandardError.columns()))
        .clearDisplayOnFinish()
        .build();
  }

  /** So many bytes have been read. */
  void read(long bytes) {
    if (bar != null) {
      bar.stepTo(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
