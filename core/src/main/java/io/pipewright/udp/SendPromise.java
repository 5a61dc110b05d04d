package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;

/**
 * Stands for the promise of a write on its way to the transport: counts how the write ends, gives errors their types, and passes
 * the outcome on. A write that nobody waits for costs no promise of its own: one of these serves all of them, since it never is
 * done itself; what goes wrong with one then goes through the pipeline as an exception, as with Netty's void promise.
 */
final class SendPromise extends DefaultChannelPromise {

  private final Tally tally;
  private final DatagramCounts counts;
  private final ChannelPromise awaited;
  private final int bytes;

  /**
   * @param awaited the promise of whoever wrote, or {@code null} if nobody waits
   * @param bytes the datagram's payload
   */
  SendPromise(
      Channel channel, Tally tally, DatagramCounts counts, ChannelPromise awaited, int bytes) {
    super(channel);
    this.tally = tally;
    this.counts = counts;
    this.awaited = awaited;
    this.bytes = bytes;
  }

  @Override
  public boolean setUncancellable() {
    return awaited == null || awaited.setUncancellable();
  }

  @Override
  public boolean trySuccess(Void result) {
    tally.countSent();
    return awaited == null || awaited.trySuccess();
  }

  @Override
  public ChannelPromise setSuccess(Void result) {
    trySuccess();
    return this;
  }

  @Override
  public boolean tryFailure(Throwable cause) {
    Throwable typed = SendErrors.typed(channel(), cause, bytes);
    counts.sendFailed(SendErrors.reason(typed));
    if (awaited != null) {
      return awaited.tryFailure(typed);
    }
    if (channel().isRegistered()) {
      channel().pipeline().fireExceptionCaught(typed);
    }
    return true;
  }

  @Override
  public ChannelPromise setFailure(Throwable cause) {
    tryFailure(cause);
    return this;
  }
}
