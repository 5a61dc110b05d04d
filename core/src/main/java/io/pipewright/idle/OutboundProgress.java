package io.pipewright.idle;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Tells by two looks at a channel's outbound buffer whether the transport has taken bytes between
 * them, also from the middle of a message that has not left whole.
 */
final class OutboundProgress {

  /** The message at the front: only its identity, so as not to keep its memory alive. */
  private int frontMessage;

  private long frontProgress;

  /**
   * Whether bytes of what is still waiting have left since the last look. When nothing is waiting
   * any more this says no: the completed writes have told it.
   */
  boolean advanced(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    Object message = buffer == null ? null : buffer.current();
    if (message == null) {
      frontMessage = 0;
      return false;
    }
    int front = System.identityHashCode(message);
    long progress = buffer.currentProgress();
    boolean advanced = front != frontMessage || progress != frontProgress;
    frontMessage = front;
    frontProgress = progress;
    return advanced;
  }

  /** Whether the socket has been given something that it has not taken: what waits elsewhere is not up to the peer. */
  static boolean isOffered(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer != null && buffer.current() != null;
  }

  static boolean isWaiting(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer != null && buffer.totalPendingWriteBytes() > 0;
  }
}
