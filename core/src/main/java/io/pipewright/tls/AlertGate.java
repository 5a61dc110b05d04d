package io.pipewright.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.function.BooleanSupplier;

/**
 * Keeps an alert of TLS 1.2 from an engine that would, as RFC 5246 (section 7.2.1) has it, throw away what is still to be sent
 * when it sees {@code close_notify}. In TLS 1.2 an alert's record says in the clear that it is one:
 *
 * <pre>
 *   0      1      2      3      4      5
 *   +------+-------------+-------------+---------
 *   | type |   version   |   length    | length bytes …      type 21: alert
 *   +------+-------------+-------------+---------
 * </pre>
 *
 * <p>Stands before Netty's {@code SslHandler}. An alert after the handshake is held back for good and told as {@code
 * ChannelInputShutdownEvent}: it is {@code close_notify} or worse, and either way nothing follows.
 */
final class AlertGate extends ChannelInboundHandlerAdapter {

  private static final int ALERT = 21;
  private static final int HEADER_BYTES = 5;

  private final BooleanSupplier holds;
  private int headerBytes;
  private int recordBytes;
  private boolean closed;

  /**
   * @param holds asked when an alert comes: whether to hold it back
   */
  AlertGate(BooleanSupplier holds) {
    this.holds = holds;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closed || !(message instanceof ByteBuf in)) {
      passOrDrop(ctx, message);
      return;
    }
    int alert = nextAlert(in);
    if (alert < 0) {
      ctx.fireChannelRead(in);
      return;
    }
    if (alert > in.readerIndex()) {
      ctx.fireChannelRead(in.readRetainedSlice(alert - in.readerIndex())); // may end the handshake
    }
    if (holds.getAsBoolean()) {
      in.release();
      closed = true;
      ctx.fireChannelReadComplete(); // what is written in answer is flushed
      ctx.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    } else {
      skipType(in);
      ctx.fireChannelRead(in);
    }
  }

  private void passOrDrop(ChannelHandlerContext ctx, Object message) {
    if (closed && message instanceof ByteBuf behind) {
      behind.release();
    } else {
      ctx.fireChannelRead(message);
    }
  }

  /** The alert that goes through may be followed by another record. */
  private void skipType(ByteBuf in) {
    headerBytes = 1;
    ByteBuf rest = in.slice(in.readerIndex() + 1, in.readableBytes() - 1);
    nextAlert(rest);
  }

  /** Where the first alert's record begins; -1 if none begins in these bytes. */
  private int nextAlert(ByteBuf in) {
    int at = in.readerIndex();
    while (at < in.writerIndex()) {
      if (headerBytes == HEADER_BYTES) {
        int skipped = Math.min(recordBytes, in.writerIndex() - at);
        recordBytes -= skipped;
        at += skipped;
      } else {
        int next = in.getUnsignedByte(at);
        if (headerBytes == 0 && next == ALERT) {
          return at;
        }
        recordBytes = ((recordBytes << 8) | next) & 0xffff; // the last two are the length
        headerBytes++;
        at++;
      }
      if (headerBytes == HEADER_BYTES && recordBytes == 0) {
        headerBytes = 0;
      }
    }
    return -1;
  }
}
