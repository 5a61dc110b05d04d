package io.pipewright.shaping;

/**
 * One connection's writes at the buckets: a slice waits for its turn at the connection's own bucket first, and only then gets
 * in line at everybody's, where it would else hold a place that it cannot use. Confined to the connection's event loop.
 */
final class WriteTurn {

  private enum Line {
    NONE,
    OWN,
    TOTAL
  }

  /** Null where nothing is limited. */
  private Bucket own;

  private Bucket total;
  private Line line = Line.NONE;
  private long asked;
  private long ticket;
  private long granted;

  /** Limits from now on by these; a place in line is given up. */
  void limitBy(Bucket own, Bucket total) {
    giveBack();
    this.own = own;
    this.total = total;
  }

  boolean isLimited() {
    return own != null || total != null;
  }

  /**
   * Asks for bytes, or asks again.
   *
   * @return how long to wait, then to ask again; 0 if {@link #granted()} bytes may leave now
   */
  long ask(long bytes, long now) {
    if (granted > 0) {
      return 0;
    }
    if (line == Line.NONE) {
      asked = bytes;
      line = Line.OWN;
      ticket = own == null ? 0 : own.reserve(bytes, now);
    }
    if (line == Line.OWN) {
      long wait = own == null ? 0 : own.nanosUntil(ticket, now);
      if (wait > 0 || total == null) {
        return wait > 0 ? wait : grant();
      }
      line = Line.TOTAL;
      ticket = total.reserve(asked, now);
      total.waiting(1);
    }
    long wait = total.nanosUntil(ticket, now);
    return wait > 0 ? wait : grant();
  }

  private long grant() {
    leaveLine();
    granted = asked;
    return 0;
  }

  private void leaveLine() {
    if (line == Line.TOTAL) {
      total.waiting(-1);
    }
    line = Line.NONE;
  }

  long granted() {
    return granted;
  }

  void spend(long bytes) {
    granted -= bytes;
  }

  /** Leaves the line, and leaves to the others what was reserved or granted and will not be used. */
  void giveBack() {
    long unused = line == Line.NONE ? granted : asked;
    if (own != null) {
      own.refund(unused);
    }
    if (total != null && line != Line.OWN) {
      total.refund(unused);
    }
    leaveLine();
    granted = 0;
  }

  int sliceBytes() {
    return Math.min(
        own == null ? Integer.MAX_VALUE : own.sliceBytes(),
        total == null ? Integer.MAX_VALUE : total.sliceBytes());
  }

  /** The most that may leave at once. */
  long burstBytes() {
    return Math.min(
        own == null ? Long.MAX_VALUE : own.burstBytes(),
        total == null ? Long.MAX_VALUE : total.burstBytes());
  }
}
