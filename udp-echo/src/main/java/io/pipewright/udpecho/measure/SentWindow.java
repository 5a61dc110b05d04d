package io.pipewright.udpecho.measure;

/**
 * What became of the datagrams that were sent last, in a ring: a measurement of any length needs no more memory than this. Times
 * are those of {@link System#nanoTime}. Not thread-safe.
 */
final class SentWindow {

  /** What an answer is. */
  enum Outcome {
    /** The first, within the timeout. */
    ANSWERED,
    /** The first, after the timeout. */
    LATE,
    /** Another one came before. */
    DUPLICATE,
    /** To a datagram so old that nobody remembers whether it was answered. */
    FORGOTTEN,
    /** To none that was sent. */
    NEVER_SENT
  }

  private static final byte WAITING = 0;
  private static final byte ANSWERED = 1;
  private static final byte GIVEN_UP = 2;

  private final int capacity;
  private final long timeoutNanos;
  private final long[] sentAt;
  private final int[] delay;
  private final byte[] states;
  private long next;
  private long oldest;
  private int waiting;

  /**
   * Nothing is sent.
   *
   * @param capacity how many are remembered, a power of two
   * @param timeoutNanos how long an answer may take
   */
  SentWindow(int capacity, long timeoutNanos) {
    this.capacity = capacity;
    this.timeoutNanos = timeoutNanos;
    this.sentAt = new long[capacity];
    this.delay = new int[capacity];
    this.states = new byte[capacity];
  }

  /** Whether one more can be sent without forgetting one that is waited for. */
  boolean hasRoom() {
    return next - oldest < capacity;
  }

  /** The number of the datagram that is sent next. */
  long next() {
    return next;
  }

  /** How many answers are waited for. */
  int waiting() {
    return waiting;
  }

  /**
   * The next datagram is sent.
   *
   * @param now when
   * @param behindNanos how much later than it was due
   */
  void sent(long now, long behindNanos) {
    int at = at(next);
    sentAt[at] = now;
    delay[at] = (int) Math.max(0, Math.min(behindNanos, Integer.MAX_VALUE));
    states[at] = WAITING;
    next++;
    waiting++;
  }

  /** An answer has come. */
  Outcome answered(long number, long now) {
    if (number >= next) {
      return Outcome.NEVER_SENT;
    }
    if (number < next - capacity) {
      return Outcome.FORGOTTEN;
    }
    int at = at(number);
    byte was = states[at];
    if (was == ANSWERED) {
      return Outcome.DUPLICATE;
    }
    states[at] = ANSWERED;
    if (was == WAITING) {
      waiting--;
    }
    return was == WAITING && now - sentAt[at] <= timeoutNanos ? Outcome.ANSWERED : Outcome.LATE;
  }

  /** Waits no longer for those that have had their time. */
  void giveUp(long now) {
    while (oldest < next) {
      int at = at(oldest);
      if (states[at] == WAITING) {
        if (now - sentAt[at] <= timeoutNanos) {
          return;
        }
        states[at] = GIVEN_UP;
        waiting--;
      }
      oldest++;
    }
  }

  /** When a datagram that is remembered was sent. */
  long sentAt(long number) {
    return sentAt[at(number)];
  }

  /** How much later than it was due, 2 s at most. */
  long behindNanos(long number) {
    return delay[at(number)];
  }

  private int at(long number) {
    return (int) (number & (capacity - 1));
  }
}
