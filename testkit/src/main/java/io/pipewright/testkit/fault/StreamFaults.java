package io.pipewright.testkit.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong in one direction of a connection.
 *
 * @param delay how much later each byte is delivered; zero for not
 * @param bytesPerSecond how fast at most; zero for no limit
 * @param split where pieces end
 * @param pause how long after a piece the next may follow
 * @param coalesceBytes how much is collected before it is delivered; zero for nothing
 * @param coalesceWait how long it is collected at most
 * @param flips bits to turn over, in the order of their offsets
 * @param ends what ends the stream or the connection, in the order of their offsets
 */
record StreamFaults(
    Duration delay,
    long bytesPerSecond,
    Split split,
    Duration pause,
    int coalesceBytes,
    Duration coalesceWait,
    List<Flip> flips,
    List<End> ends) {

  /** A bit to turn over: bit 0 is the least significant of the byte at {@code offset}. */
  record Flip(long offset, int bit) {}

  /** What happens when {@code after} bytes have been delivered. */
  record End(long after, Fault fault) {}

  /** Whether bytes need no shaping on their way, whatever ends or flips them. */
  boolean shapesNothing() {
    return delay.isZero() && bytesPerSecond == 0 && !split.isOn() && coalesceBytes == 0;
  }

  String describe() {
    List<String> words = new ArrayList<>();
    if (coalesceBytes > 0) {
      words.add(
          "coalesce " + coalesceBytes + " bytes for at most " + coalesceWait.toMillis() + " ms");
    }
    if (!delay.isZero()) {
      words.add("delay " + delay.toMillis() + " ms");
    }
    if (bytesPerSecond > 0) {
      words.add("throttle to " + bytesPerSecond + " bytes/s");
    }
    if (split.isOn()) {
      words.add(split + (pause.isZero() ? "" : " with " + pause.toMillis() + " ms between"));
    }
    flips.forEach(flip -> words.add("flip bit " + flip.bit() + " of byte " + flip.offset()));
    ends.forEach(end -> words.add(end.fault() + " after " + end.after() + " bytes"));
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }
}
