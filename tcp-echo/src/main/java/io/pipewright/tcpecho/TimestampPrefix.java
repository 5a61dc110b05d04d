package io.pipewright.tcpecho;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * {@code [Thu Feb 02 15:52:21 2012] }: formatted once a second. For one channel, on its event loop.
 */
final class TimestampPrefix {

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("'['EEE MMM dd HH:mm:ss yyyy'] '", Locale.ENGLISH);

  private final Clock clock;
  private long second = Long.MIN_VALUE;
  private String text;
  private byte[] ascii;

  /**
   * @param clock the time and its zone
   */
  TimestampPrefix(Clock clock) {
    this.clock = clock;
  }

  String text() {
    refresh();
    return text;
  }

  byte[] ascii() {
    refresh();
    return ascii;
  }

  private void refresh() {
    Instant now = clock.instant();
    if (now.getEpochSecond() != second) {
      second = now.getEpochSecond();
      text = FORMAT.format(now.atZone(clock.getZone()));
      ascii = text.getBytes(StandardCharsets.US_ASCII);
    }
  }
}
