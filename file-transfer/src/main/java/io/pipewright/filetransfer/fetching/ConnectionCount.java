package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Connections;
import java.time.Duration;

/**
 * How many connections should bring a file. Automatic: begin with one for each server; try one more; keep it if goodput
 * rose by a tenth, else withdraw it and wait longer before the next trial.
 *
 * <pre>
 *                    a second has passed
 *         ┌─ STEADY ─────────────────────► TRIAL of one more
 *         │    ▲                             │ half a second to settle in, a second to measure
 *         │    ├── rose by half its share ───┤   next trial at once
 *         │    ├── rose by 10 %, twice ──────┤   next trial at once
 *         │    └── did not ─ withdraw ───────┘   next trial after 4 s, 8 s, … 64 s
 *         ├──► three seconds after it was kept: withdrawn, too, if the rise did not last
 *         └──► near the end, or as long as the disk cannot follow, no more is tried
 * </pre>
 *
 * <p>Where the disk cannot follow, whoever measures measures the disk: a trial that it interrupted is withdrawn.
 *
 * <p>Not thread-safe; time is given, so tests move it.
 */
final class ConnectionCount {

  private static final long MEASURE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SETTLE_NANOS = Duration.ofMillis(500).toNanos();
  private static final long FIRST_WAIT_NANOS = Duration.ofSeconds(4).toNanos();
  private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(64).toNanos();

  /** With less than this to go a further connection would bring nothing but its handshake. */
  private static final double WORTH_WHILE_SECONDS = 2;

  private static final double RISE = 1.1;

  /** A further connection that brings half of what each of the others does is no accident of the measurement. */
  private static final double CLEAR_SHARE = 0.5;

  private static final long REVIEW_NANOS = Duration.ofSeconds(3).toNanos();
  private static final double NANOS_PER_SECOND = 1e9;

  private final Connections limits;
  private int wanted;
  private boolean trial;
  private boolean settling;
  private long settledNanos;
  private boolean confirming;
  private boolean reviewing;
  private double before;
  private double beforeKept;
  private long keptNanos;
  private long keptBytes;
  private long sinceNanos;
  private long sinceBytes;
  private long sincePauses;
  private long pauses;
  private long notBeforeNanos;
  private long waitNanos = FIRST_WAIT_NANOS;

  /**
   * @param limits what the user allows
   * @param nowNanos the time
   */
  ConnectionCount(Connections limits, long nowNanos) {
    this.limits = limits;
    this.wanted = limits.automatic() ? 1 : limits.most();
    this.sinceNanos = nowNanos;
    this.notBeforeNanos = nowNanos;
  }

  /** How many there should be. */
  int wanted() {
    return wanted;
  }

  /** A further server brings the file, too. */
  void serverJoined() {
    if (limits.automatic() && wanted < limits.most()) {
      wanted++;
    }
  }

  /** So many cannot be had: a server refuses further ones. */
  void refused(int had, long nowNanos, long totalBytes) {
    if (limits.automatic() && had < wanted) {
      wanted = Math.max(1, had);
      reviewing = false;
      giveUpTrial(nowNanos, totalBytes);
    }
  }

  /**
   * Decides anew.
   *
   * @param nowNanos the time
   * @param totalBytes how many have come
   * @param remainingBytes how many are still to come
   * @param totalPauses how often a connection had to wait for this client's disk
   * @return how many connections there should be
   */
  int decide(long nowNanos, long totalBytes, long remainingBytes, long totalPauses) {
    pauses = totalPauses;
    if (settling && nowNanos - settledNanos >= 0) {
      settling = false;
      measureFrom(nowNanos, totalBytes);
    }
    long took = nowNanos - sinceNanos;
    if (!limits.automatic() || settling || took < MEASURE_NANOS) {
      return wanted;
    }
    double goodput = (totalBytes - sinceBytes) * NANOS_PER_SECOND / took;
    boolean diskIsLimit = pauses != sincePauses;
    if (trial) {
      judge(diskIsLimit ? 0 : goodput, nowNanos, totalBytes);
    } else if (reviewing && nowNanos - keptNanos >= REVIEW_NANOS) {
      review(nowNanos, totalBytes);
    }
    boolean soonOver = remainingBytes < goodput * WORTH_WHILE_SECONDS;
    // where nothing comes, a further connection would not help whoever is silent
    boolean mayTry = goodput > 0 && wanted < limits.most() && nowNanos - notBeforeNanos >= 0;
    if (mayTry && !trial && !soonOver && !diskIsLimit) {
      tryOneMore(goodput, nowNanos);
    } else {
      measureFrom(nowNanos, totalBytes);
    }
    return wanted;
  }

  private void tryOneMore(double goodput, long nowNanos) {
    before = goodput;
    wanted++;
    trial = true;
    confirming = false;
    settling = true;
    settledNanos = nowNanos + SETTLE_NANOS;
  }

  private void judge(double goodput, long nowNanos, long totalBytes) {
    double clear = before * (1 + CLEAR_SHARE / (wanted - 1));
    if (goodput < before * RISE) {
      wanted--;
      giveUpTrial(nowNanos, totalBytes);
    } else if (goodput >= clear || confirming) {
      keep(nowNanos, totalBytes);
    } else {
      confirming = true;
    }
  }

  private void keep(long nowNanos, long totalBytes) {
    trial = false;
    waitNanos = FIRST_WAIT_NANOS;
    reviewing = true;
    beforeKept = before;
    keptNanos = nowNanos;
    keptBytes = totalBytes;
  }

  /** Whether the last one that was kept has been worth it since. */
  private void review(long nowNanos, long totalBytes) {
    reviewing = false;
    double since = (totalBytes - keptBytes) * NANOS_PER_SECOND / (nowNanos - keptNanos);
    if (since < beforeKept * RISE) {
      wanted = Math.max(1, wanted - 1);
      giveUpTrial(nowNanos, totalBytes);
    }
  }

  private void giveUpTrial(long nowNanos, long totalBytes) {
    trial = false;
    settling = false;
    notBeforeNanos = nowNanos + waitNanos;
    waitNanos = Math.min(2 * waitNanos, LONGEST_WAIT_NANOS);
    measureFrom(nowNanos, totalBytes);
  }

  private void measureFrom(long nanos, long bytes) {
    sinceNanos = nanos;
    sinceBytes = bytes;
    sincePauses = pauses;
  }
}
