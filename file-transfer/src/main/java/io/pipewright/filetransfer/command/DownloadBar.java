package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.log.Escaped;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;

/**
 * One bar: how much of a file is here and verified, out of how much, the time that has passed and that is left, how fast bytes
 * come, and over how many connections. Without a known size it has no end.
 */
final class DownloadBar implements AutoCloseable {

  private static final int MILLION = 1_000_000;
  private static final int THOUSAND = 1_000;
  private static final long NO_END = -1;
  private static final int REDRAW_MILLIS = 200;
  private static final int WIDE = 100;

  private final RateMeter rate = new RateMeter(System::nanoTime);
  private final ProgressBar bar;

  private DownloadBar(BarLine line, String name, long size, long verifiedBytes) {
    boolean small = size >= 0 && size < 10 * MILLION;
    int nameChars = line.getMaxRenderedLength() < WIDE ? 16 : 40;
    this.bar = new ProgressBarBuilder()
        .setTaskName(Escaped.of(name, nameChars))
        .setInitialMax(size)
        .startsFrom(verifiedBytes, Duration.ZERO)
        .setUnit(small ? " kB" : " MB", small ? THOUSAND : MILLION)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .setEtaFunction(this::timeLeft)
        .setConsumer(line)
        .build();
  }

  /** A file that begins now. */
  static DownloadBar of(BarLine line, DownloadEvent.Begun begun) {
    return new DownloadBar(line, begun.name(), begun.size().orElse(NO_END), begun.verifiedBytes());
  }

  /** Something of which nobody knows how much there is. */
  static DownloadBar endless(BarLine line, String name) {
    return new DownloadBar(line, name, NO_END, 0);
  }

  private Optional<Duration> timeLeft(ProgressState state) {
    return state.isIndefinite()
        ? Optional.empty()
        : rate.timeFor(state.getMax() - state.getCurrent());
  }

  /**
   * Moves on.
   *
   * @param verifiedBytes how much is here
   * @param fetchedBytes how much has come over the line, which makes the rate
   * @param more what else there is to say
   */
  void show(long verifiedBytes, long fetchedBytes, String more) {
    rate.add(fetchedBytes);
    bar.stepTo(verifiedBytes);
    bar.setExtraMessage(" " + Shown.rate(rate.perSecond()) + (more.isEmpty() ? "" : " " + more));
  }

  /** All of it is here. */
  void whole(long bytes) {
    bar.maxHint(bytes);
    bar.stepTo(bytes);
  }

  /** The bar stays as it is. */
  @Override
  public void close() {
    bar.close();
  }
}
