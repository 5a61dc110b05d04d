package io.pipewright;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a drain went: the fate of every connection that was open when it began.
 *
 * @param endings one entry a connection, in the order in which they ended
 * @param took from the call until the server had stopped
 */
public record DrainReport(List<Ending> endings, Duration took) {

  /** What became of a connection. */
  public enum Fate {
    /** It was busy, and finished within the grace. */
    FINISHED,
    /** It had nothing to do, and was closed at once. */
    IDLE,
    /** Its peer {@linkplain DrainEvent#toldToComeBack was told} to come back, and it ended within the grace. */
    TOLD,
    /** It was still busy when the grace was over, and was cut. */
    FORCED
  }

  /**
   * How one connection ended.
   *
   * @param peer the remote address
   * @param fate what became of it
   */
  public record Ending(SocketAddress peer, Fate fate) {}

  /** Copies the list. */
  public DrainReport {
    endings = List.copyOf(endings);
  }

  /** How many were busy and finished. */
  public int finished() {
    return count(Fate.FINISHED);
  }

  /** How many were idle. */
  public int idle() {
    return count(Fate.IDLE);
  }

  /** How many were told to come back. */
  public int told() {
    return count(Fate.TOLD);
  }

  /** How many had to be cut. */
  public int forced() {
    return count(Fate.FORCED);
  }

  /** Whether nothing had to be cut. */
  public boolean clean() {
    return forced() == 0;
  }

  private int count(Fate fate) {
    int count = 0;
    for (Ending ending : endings) {
      if (ending.fate() == fate) {
        count++;
      }
    }
    return count;
  }

  /** One line: {@code 50 finished, 50 idle, 0 forced in 1.204 s}; those who were told, where there are any. */
  @Override
  public String toString() {
    String told = told() == 0 ? "" : told() + " told to come back, ";
    return "%d finished, %d idle, %s%d forced in %d.%03d s"
        .formatted(finished(), idle(), told, forced(), took.toSeconds(), took.toMillisPart());
  }
}
