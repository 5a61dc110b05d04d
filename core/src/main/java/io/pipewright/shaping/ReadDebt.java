package io.pipewright.shaping;

/**
 * What one connection owes the buckets for bytes that it has read. How many a read brings is known only afterwards, so they
 * are paid for then: the next read waits until they are. Confined to the connection's event loop.
 */
final class ReadDebt {

  /** Null where nothing is limited. */
  private Bucket own;

  private Bucket total;
  private long ownTicket;
  private long totalTicket;
  private boolean waiting;

  /** Limits from now on by these; who is new at a bucket gets in line behind those who are there. */
  void limitBy(Bucket own, Bucket total, long now) {
    doneWaiting();
    if (own != this.own) {
      this.own = own;
      ownTicket = own == null ? 0 : own.reserve(0, now);
    }
    if (total != this.total) {
      this.total = total;
      totalTicket = total == null ? 0 : total.reserve(0, now);
    }
  }

  boolean isLimited() {
    return own != null || total != null;
  }

  void owe(long bytes, long now) {
    if (own != null) {
      ownTicket = own.reserve(bytes, now);
    }
    if (total != null) {
      totalTicket = total.reserve(bytes, now);
    }
  }

  /** How long it is until the next read may be; 0 if it may be now. */
  long nanosUntilPaid(long now) {
    return Math.max(
        own == null ? 0 : own.nanosUntil(ownTicket, now),
        total == null ? 0 : total.nanosUntil(totalTicket, now));
  }

  /** A read waits. */
  void startWaiting() {
    if (total != null && !waiting) {
      waiting = true;
      total.waiting(1);
    }
  }

  /** It waits no more. */
  void doneWaiting() {
    if (waiting) {
      waiting = false;
      total.waiting(-1);
    }
  }

  int sliceBytes() {
    return Math.min(
        own == null ? Integer.MAX_VALUE : own.sliceBytes(),
        total == null ? Integer.MAX_VALUE : total.sliceBytes());
  }
}
