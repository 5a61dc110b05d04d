package io.pipewright.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;

/**
 * One {@code read()} that a handler keeps for a while instead of passing it on. With {@code autoRead}, Netty's transports stay
 * interested in reading whether {@code read()} comes or not, until {@code autoRead} is turned off; so it is, for an instant,
 * and for everybody else stays as it was. Confined to the channel's event loop.
 */
public final class HeldRead {

  private boolean held;
  private boolean auto;

  /** Nothing is held. */
  public HeldRead() {}

  /** Whether a read is being kept; those that come meanwhile are the same one. */
  public boolean isHeld() {
    return held;
  }

  /**
   * Keeps a read that has just come, which the caller does not pass on; another {@code read()} may come before this returns, and
   * is to be held like the first. While one is held this does nothing.
   *
   * @param channel the channel that is not to be read from
   */
  public void hold(Channel channel) {
    if (held) {
      return;
    }
    held = true;
    ChannelConfig config = channel.config();
    auto = config.isAutoRead();
    if (auto) {
      config.setAutoRead(false);
      config.setAutoRead(true);
    }
  }

  /**
   * Keeps it no longer.
   *
   * @param channel the channel
   * @return whether the caller is to pass it on now: not if none was held, or autoRead asked for it and is off by now
   */
  public boolean letGo(Channel channel) {
    boolean wanted = held && (!auto || channel.config().isAutoRead());
    held = false;
    return wanted;
  }
}
