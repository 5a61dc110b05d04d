package io.pipewright.udpecho.session;

import io.netty.buffer.ByteBuf;

/** What a server counts for one measuring client. Thread-safe: a shared port's sockets may serve one client by turns. */
final class Session {

  /** How far a datagram may be late and still be told from a duplicate; 8 KiB for each session. */
  static final int NUMBERS_REMEMBERED = 65_536;

  private final long id;
  private final Probe probe;
  private final SequenceWindow numbers = new SequenceWindow(NUMBERS_REMEMBERED);

  private long received;
  private long distinct;
  private long duplicates;
  private long reordered;
  private long corrupted;
  private long forgotten;
  private long answered;
  private long kernelDropsBefore = SessionCounts.UNKNOWN;
  private boolean used = true;

  /**
   * @param id the client's
   */
  Session(long id) {
    this.id = id;
    this.probe = new Probe(id);
  }

  long id() {
    return id;
  }

  synchronized void received(ByteBuf datagram) {
    used = true;
    received++;
    long number = probe.number(datagram);
    if (number == Probe.NOT_INTACT) {
      corrupted++;
      return;
    }
    switch (numbers.arrive(number)) {
      case FIRST -> distinct++;
      case REORDERED -> {
        distinct++;
        reordered++;
      }
      case DUPLICATE -> duplicates++;
      case FORGOTTEN -> forgotten++;
    }
  }

  synchronized void answered() {
    answered++;
  }

  /** How many datagrams the kernel had dropped when this began; what is said first holds. */
  synchronized void begunAt(long kernelDrops) {
    if (kernelDropsBefore < 0) {
      kernelDropsBefore = kernelDrops;
    }
  }

  synchronized SessionCounts counts(long kernelDrops) {
    used = true;
    boolean unknown = kernelDrops < 0 || kernelDropsBefore < 0;
    return new SessionCounts(
        received,
        distinct,
        duplicates,
        reordered,
        corrupted,
        forgotten,
        answered,
        unknown ? SessionCounts.UNKNOWN : kernelDrops - kernelDropsBefore);
  }

  /** Whether anything came since this was asked last. */
  synchronized boolean wasUsed() {
    boolean was = used;
    used = false;
    return was;
  }
}
