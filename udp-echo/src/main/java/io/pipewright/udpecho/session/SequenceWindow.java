package io.pipewright.udpecho.session;

import java.util.Arrays;

/**
 * Which numbers have come, of the last ones: a ring of bits, so that its size does not grow with what comes. Not thread-safe.
 *
 * <p>Reordering is that of RFC 4737, section 3.3: what has a smaller number than something that came before is reordered.
 */
public final class SequenceWindow {

  /** What an arrival is. */
  public enum Arrival {
    /** The largest number so far. */
    FIRST,
    /** Its number comes for the first time, and a larger one was before it. */
    REORDERED,
    /** Its number has come before. */
    DUPLICATE,
    /** Its number is so far behind the largest that nobody remembers whether it has come before. */
    FORGOTTEN
  }

  private final long[] words;
  private final int numbers;
  private long next;

  /**
   * Nothing has come.
   *
   * @param numbers how many are remembered; a power of two, 64 or more
   */
  public SequenceWindow(int numbers) {
    if (numbers < Long.SIZE || Integer.bitCount(numbers) != 1) {
      throw new IllegalArgumentException("numbers: a power of two from 64, not " + numbers);
    }
    this.numbers = numbers;
    this.words = new long[numbers / Long.SIZE];
  }

  /**
   * A datagram has come.
   *
   * @param number 0 or more
   */
  public Arrival arrive(long number) {
    if (number >= next) {
      forgetUpTo(number);
      set(number);
      next = number + 1;
      return Arrival.FIRST;
    }
    if (number < next - numbers) {
      return Arrival.FORGOTTEN;
    }
    if ((words[word(number)] & bit(number)) != 0) {
      return Arrival.DUPLICATE;
    }
    set(number);
    return Arrival.REORDERED;
  }

  /** Makes room: what is passed over has not come. A leap costs no more than the whole window. */
  private void forgetUpTo(long number) {
    if (number - next >= numbers) {
      Arrays.fill(words, 0);
      return;
    }
    long at = next;
    while (at <= number) {
      if (at % Long.SIZE == 0 && number - at >= Long.SIZE) {
        words[word(at)] = 0;
        at += Long.SIZE;
      } else {
        words[word(at)] &= ~bit(at);
        at++;
      }
    }
  }

  private void set(long number) {
    words[word(number)] |= bit(number);
  }

  private int word(long number) {
    return (int) (number & (numbers - 1)) / Long.SIZE;
  }

  private static long bit(long number) {
    return 1L << (number % Long.SIZE);
  }
}
