package io.pipewright.socket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.DecoderException;
import io.pipewright.PipewrightException;
import io.pipewright.framing.TruncatedFrameException;
import io.pipewright.idle.IdleEvent;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.net.SocketAddress;
import org.slf4j.Logger;

/**
 * The last handler of a pipeline: what nobody handled ends here, is logged at a bounded rate with the peer's address, and
 * closes that peer's connection. A datagram channel stays open: one bad datagram must not end the service.
 */
@ChannelHandler.Sharable
public final class UnhandledErrors extends ChannelInboundHandlerAdapter {

  /** The name under which it stands in a pipeline. */
  public static final String NAME = "unhandled-errors";

  private static final int LINES_PER_SECOND = 10;

  private final Logger logger;
  private final BoundedLog log;
  private final ErrorCounts counts;

  /**
   * @param logger where to
   * @param counts what counts them
   */
  public UnhandledErrors(Logger logger, ErrorCounts counts) {
    this.logger = logger;
    this.counts = counts;
    this.log = BoundedLog.of(logger, LINES_PER_SECOND);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
    Throwable cause = unwrapped(thrown);
    counts.count(cause);
    Channel channel = ctx.channel();
    String peer = Addresses.text(isStream(channel) ? channel.remoteAddress() : address(channel));
    if (cause instanceof PipewrightException || cause instanceof IOException) {
      log.info("{}: {}", peer, Escaped.of(String.valueOf(cause.getMessage())));
    } else {
      log.warn("{}: a handler failed: {}", peer, Escaped.of(cause.toString()));
    }
    logger.debug("{}: the same with its stack", peer, cause);
    if (isStream(channel) && !endsByItself(cause)) {
      ctx.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleEvent) {
      counts.count("idle-timeout");
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Netty's base classes for codecs put what a codec throws into an exception of their own. */
  private static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof DecoderException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** What is owed to a peer that ended in the middle of a frame is still sent before the close. */
  private static boolean endsByItself(Throwable cause) {
    return cause instanceof TruncatedFrameException;
  }

  /** A datagram channel without a peer of its own is told by where it listens. */
  private static SocketAddress address(Channel channel) {
    return channel.remoteAddress() == null ? channel.localAddress() : channel.remoteAddress();
  }

  private static boolean isStream(Channel channel) {
    return !(channel instanceof DatagramChannel);
  }
}
