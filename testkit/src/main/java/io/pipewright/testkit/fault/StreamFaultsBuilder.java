package io.pipewright.testkit.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the faults of one direction of a connection. Offsets count the bytes that the sender has
 * sent since the connection began; times are kept to about a millisecond. Every method adds to, or
 * replaces, what was said before, and throws {@link IllegalArgumentException} for what cannot be.
 */
public final class StreamFaultsBuilder {

  private static final Duration MAX_TIME = Duration.ofHours(1);

  private final List<StreamFaults.Flip> flips = new ArrayList<>();
  private final List<StreamFaults.End> ends = new ArrayList<>();
  private Duration delay = Duration.ZERO;
  private Duration pause = Duration.ZERO;
  private Duration coalesceWait = Duration.ZERO;
  private Split split = Split.OFF;
  private long bytesPerSecond;
  private int coalesceBytes;

  StreamFaultsBuilder() {}

  /**
   * Delivers each byte this much later than it came, as a long line does: what follows closely still
   * follows closely. At most 1 MiB is under way at a time.
   */
  public StreamFaultsBuilder delay(Duration delay) {
    this.delay = checkTime("delay", delay);
    return this;
  }

  /** Delivers at most this many bytes a second, spread evenly. */
  public StreamFaultsBuilder throttle(long bytesPerSecond) {
    this.bytesPerSecond = checkAtLeast("bytesPerSecond", 1, bytesPerSecond);
    return this;
  }

  /**
   * Delivers in pieces of these sizes, in turn and over and over. A piece is written by itself; so
   * that the receiver sees it by itself, say {@link #pauseBetweenPieces} too. What the sender has
   * sent is never held back to fill a piece.
   */
  public StreamFaultsBuilder split(int... sizes) {
    if (sizes.length == 0) {
      throw new IllegalArgumentException("split: name one size or more");
    }
    Arrays.stream(sizes).forEach(size -> checkAtLeast("split", 1, size));
    this.split = new Split(Arrays.stream(sizes).boxed().toList(), 0);
    return this;
  }

  /** Delivers in pieces of 1 to {@code maxBytes} bytes, as the seed has it; else as {@link #split}. */
  public StreamFaultsBuilder splitRandomly(int maxBytes) {
    this.split = new Split(List.of(), (int) checkAtLeast("splitRandomly", 1, maxBytes));
    return this;
  }

  /** How long after a piece of {@link #split} the next may follow. */
  public StreamFaultsBuilder pauseBetweenPieces(Duration pause) {
    this.pause = checkTime("pauseBetweenPieces", pause);
    return this;
  }

  /**
   * Holds bytes back until there are this many, the sender ends, or the first of them has waited this
   * long; then delivers them in one write (or as the other faults shape it).
   *
   * @param bytes 1 to 1 MiB
   * @param atMost more than zero, so that whoever waits for an answer gets one
   */
  public StreamFaultsBuilder coalesce(int bytes, Duration atMost) {
    if (bytes < 1 || bytes > Flow.WINDOW_BYTES) {
      throw new IllegalArgumentException(
          "coalesce: takes 1 to " + Flow.WINDOW_BYTES + " bytes, not " + bytes);
    }
    if (checkTime("coalesce", atMost).isZero()) {
      throw new IllegalArgumentException("coalesce: the time must be more than zero");
    }
    this.coalesceBytes = bytes;
    this.coalesceWait = atMost;
    return this;
  }

  /**
   * Turns over one bit.
   *
   * @param offset the byte's; 0 is the first that the sender sends
   * @param bit 0 (the least significant) to 7
   */
  public StreamFaultsBuilder flipBit(long offset, int bit) {
    if (bit < 0 || bit > 7) {
      throw new IllegalArgumentException("flipBit: a byte has bits 0 to 7, not " + bit);
    }
    flips.add(new StreamFaults.Flip(checkAtLeast("flipBit", 0, offset), bit));
    return this;
  }

  /**
   * Delivers this many bytes and then no more, without closing anything: a line that has gone dead.
   * The sender can send until the buffers are full; neither its end nor its reset is noticed.
   */
  public StreamFaultsBuilder stallAfter(long bytes) {
    return end(bytes, Fault.STALL);
  }

  /**
   * Delivers this many bytes and then an end (FIN), in this direction only. What the sender sends
   * after it is read and thrown away, and still counts for a later {@link #resetAfter}.
   */
  public StreamFaultsBuilder halfCloseAfter(long bytes) {
    return end(bytes, Fault.HALF_CLOSE);
  }

  /**
   * Delivers this many bytes and then ends both directions (FIN to both): an orderly close in the
   * middle. What the peers still send in the second after is thrown away; then it is answered by
   * resets.
   */
  public StreamFaultsBuilder cutAfter(long bytes) {
    return end(bytes, Fault.CUT);
  }

  /**
   * Delivers this many bytes and then resets both sides (RST). A receiver that has not read them yet
   * may lose the last of them if they did not fit into its socket's buffer: so it is with resets.
   */
  public StreamFaultsBuilder resetAfter(long bytes) {
    return end(bytes, Fault.RESET);
  }

  private StreamFaultsBuilder end(long bytes, Fault fault) {
    ends.add(new StreamFaults.End(checkAtLeast(fault.toString(), 0, bytes), fault));
    return this;
  }

  StreamFaults build() {
    if (!pause.isZero() && !split.isOn()) {
      throw new IllegalArgumentException("pauseBetweenPieces: needs split or splitRandomly");
    }
    return new StreamFaults(
        delay,
        bytesPerSecond,
        split,
        pause,
        coalesceBytes,
        coalesceWait,
        flips.stream()
            .sorted(Comparator.comparingLong(StreamFaults.Flip::offset))
            .toList(),
        ends.stream().sorted(Comparator.comparingLong(StreamFaults.End::after)).toList());
  }

  private static long checkAtLeast(String field, long least, long value) {
    if (value < least) {
      throw new IllegalArgumentException(field + ": must be " + least + " or more, not " + value);
    }
    return value;
  }

  static Duration checkTime(String field, Duration time) {
    if (time.isNegative() || time.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException(field + ": must be 0 to 1 hour, not " + time);
    }
    return time;
  }
}
