package io.pipewright.idle;

import io.netty.channel.Channel;
import io.pipewright.kernel.TcpInfo;
import java.util.Optional;

/**
 * Tells from the kernel's facts when the peer last took something of what was written to it: acknowledged it, not merely let
 * our kernel buffer it. A look is one system call, and the only ones are those of the idle timer.
 */
final class AckedProgress {

  /** Linux counts a client's SYN as a byte that was acknowledged. */
  private static final long NOTHING = 1;

  private long acked = NOTHING;
  private boolean unacked;

  /**
   * When the connection was last alive, its peer's taking of bytes included.
   *
   * @param now of the clock that {@code aliveAt} is by, in nanoseconds
   * @param aliveAt when it was last alive as far as is known without the kernel
   * @param limitNanos how long a peer may take nothing
   */
  long aliveAt(Channel channel, long now, long aliveAt, long limitNanos) {
    Optional<TcpInfo> told = TcpInfo.of(channel);
    if (told.isEmpty()) {
      return aliveAt; // closed meanwhile
    }
    TcpInfo tcp = told.get();
    boolean advanced = tcp.bytesAcked() > acked;
    boolean stuck = unacked && !advanced;
    acked = Math.max(acked, tcp.bytesAcked());
    unacked = tcp.isUnacked();
    if (unacked) {
      long alive = later(aliveAt, now - tcp.sinceProgress().toNanos());
      // one that is written to after a long silence has had no time yet to take it
      return stuck || now - alive < limitNanos ? alive : now - limitNanos / 2;
    }
    return advanced ? later(aliveAt, now - tcp.sinceAckReceived().toNanos()) : aliveAt;
  }

  /** Whether at the last look something that the kernel was given had not arrived. */
  boolean isOwed() {
    return unacked;
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }
}
