package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.TimeUnit;

/**
 * Whether a connection's peer takes what is written soon, told by the writes of all its transfers. Used on the connection's event
 * loop.
 *
 * <p>What is written first says nothing: kernels take some MiB for a peer that reads nothing at all.
 */
final class Pace {

  /** More than the kernels of both ends keep, as they come: 4 MiB and 6 MiB on Linux at most, and seldom all of it. */
  private static final long KERNELS_BYTES = 8 << 20;

  /** A socket's buffer lets nothing in before a third of it is free: quick is who takes that in this time, some MB a second. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final AttributeKey<Pace> KEY = AttributeKey.valueOf(Pace.class, "pace");

  private long taken;

  /** That of a connection. */
  static Pace of(Channel channel) {
    channel.attr(KEY).setIfAbsent(new Pace());
    return channel.attr(KEY).get();
  }

  /** Some bytes have been handed to the operating system, so long after they could have been. */
  void wrote(int bytes, long nanos) {
    taken = nanos > SLOW_NANOS ? 0 : taken + bytes;
  }

  /** Whether what is given to the peer next will have left soon. */
  boolean isQuick() {
    return taken > KERNELS_BYTES;
  }
}
