package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.ProtocolException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Cuts a stream of bytes into frames, one {@link ByteBuf} each, handed on one by one as they are
 * found. A subclass only says where a frame ends.
 *
 * <p><b>Bytes.</b> A frame that lies in one read is a slice of it, without a copy. What is left
 * over is copied into a small buffer of the decoder's own, so that twenty bytes never keep a
 * receive buffer of 64 KiB alive. Every byte is looked at once, however the reads are cut.
 *
 * <p><b>Buffers.</b> The decoder releases what it reads; the next handler releases the frames.
 * Messages that are no {@code ByteBuf} pass untouched.
 *
 * <p><b>Errors.</b> A frame that breaks the rules is fired once as a {@link ProtocolException}, the
 * channel is closed, and whatever else arrives is released unseen. An input that ends inside a
 * frame fires {@link TruncatedFrameException}; the decoder does not close for it, so that answers
 * to earlier frames can still leave.
 *
 * <p><b>Raw bytes.</b> Between frames there may be bytes that are none, announced by the frame before: see {@link RawBytes}.
 *
 * <p><b>Re-entrance.</b> A handler may close the channel or remove this decoder while a frame is
 * handed to it. After a close no further frame is handed on; after a removal the bytes that are
 * left go on as they are (use {@code pipeline.replace}, or add the successor first).
 *
 * <p>One instance belongs to one channel and is used on its event loop alone.
 */
public abstract class FrameDecoder extends ChannelInboundHandlerAdapter implements FrameCounter {

  /** What {@link #endOfFrame} returns when the bytes at hand do not complete the frame. */
  protected static final int INCOMPLETE = -1;

  private static final int LEAST_CAPACITY = 64;

  /** The bytes so far of an unfinished frame, in a buffer of our own; null when there are none. */
  private ByteBuf held;

  /** What a handler made the channel read while it was handed a frame; almost always null. */
  private Deque<Object> postponed;

  /** How many bytes are still to be handed on as they come: see {@link RawBytes}. */
  private long rawBytes;

  private boolean decoding;
  private boolean failed;
  private boolean removed;

  /** Whether the current batch of reads brought bytes, and whether any of them became a frame. */
  private boolean fed;

  private boolean handedOn;

  private long frames;

  /**
   * Looks for the end of the current frame in bytes that it has not seen before. Each byte is
   * offered once; an implementation that needs to remember something of the bytes before remembers
   * it in a field, and forgets it when it returns an end.
   *
   * @param in the bytes; its indexes and content must not be changed
   * @param from index of the first new byte, which belongs to the current frame
   * @param to index behind the last new byte
   * @param seen how many bytes of the current frame came before {@code from}
   * @return the index behind the frame's last byte (header and terminator included), or {@link
   *     #INCOMPLETE}
   * @throws ProtocolException if the bytes cannot begin or continue a frame
   */
  protected abstract int endOfFrame(ByteBuf in, int from, int to, int seen);

  /**
   * The most bytes that the current frame can have as far as is known, header and terminator
   * included: no more is ever set aside for it. Asked only after {@code endOfFrame} returned {@link
   * #INCOMPLETE}.
   */
  protected abstract int mostBytes();

  /** How many bytes at a complete frame's beginning are not handed on. */
  protected int headBytes() {
    return 0;
  }

  /**
   * How many bytes at a complete frame's end are not handed on.
   *
   * @param raw holds the whole frame
   * @param from index of its first byte
   * @param to index behind its last byte
   */
  protected int tailBytes(ByteBuf raw, int from, int to) {
    return 0;
  }

  /** Whether a frame has begun that is not complete yet. Call it on the channel's event loop. */
  public final boolean midFrame() {
    return held != null;
  }

  /** The next bytes are no frame: see {@link RawBytes#expect}. */
  final void expectRaw(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("there cannot be " + bytes + " raw bytes");
    }
    if (held != null) {
      throw new IllegalStateException("a frame has begun: raw bytes cannot be expected any more");
    }
    rawBytes += bytes;
  }

  @Override
  public final long frames() {
    return frames;
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (decoding) {
      postpone(msg);
      return;
    }
    decoding = true;
    try {
      accept(ctx, msg);
      while (postponed != null && !postponed.isEmpty()) {
        accept(ctx, postponed.poll());
      }
    } finally {
      decoding = false;
    }
  }

  private void postpone(Object msg) {
    if (postponed == null) {
      postponed = new ArrayDeque<>(2);
    }
    postponed.add(msg);
  }

  private void accept(ChannelHandlerContext ctx, Object msg) {
    if (removed || !(msg instanceof ByteBuf in)) {
      ctx.fireChannelRead(msg);
      return;
    }
    fed = true;
    ByteBuf ours = in;
    try {
      ours = decode(ctx, in);
    } catch (RuntimeException e) {
      // not a ProtocolException: a defect, after which nobody knows either where a frame begins
      fail(ctx, e);
    } finally {
      if (ours != null) {
        ours.release();
      }
    }
  }

  /** Returns what the caller has to release: the buffer, unless it was handed on as it is. */
  private ByteBuf decode(ChannelHandlerContext ctx, ByteBuf in) {
    if (failed) {
      return in;
    }
    final int begin = in.readerIndex();
    while (in.isReadable()) {
      if (rawBytes > 0) {
        handedOn = true;
        if (rawBytes >= in.readableBytes()) {
          rawBytes -= in.readableBytes();
          ctx.fireChannelRead(in);
          return null;
        }
        ByteBuf rest = in.readRetainedSlice((int) rawBytes);
        rawBytes = 0;
        ctx.fireChannelRead(rest);
      } else {
        int from = in.readerIndex();
        int end = endOfFrame(in, from, in.writerIndex(), held == null ? 0 : held.readableBytes());
        if (end == INCOMPLETE) {
          hold(ctx, in, in.readableBytes());
          return in;
        }
        handedOn = true;
        frames++;
        if (held == null && from == begin && end == in.writerIndex()) {
          ctx.fireChannelRead(trim(in));
          return null; // the usual case of one message a read: the buffer itself is the frame
        }
        ctx.fireChannelRead(take(ctx, in, end - from));
      }
      if (removed) {
        return passOn(ctx, in);
      }
      if (!ctx.channel().isOpen()) {
        return in;
      }
    }
    return in;
  }

  private ByteBuf take(ChannelHandlerContext ctx, ByteBuf in, int bytes) {
    if (held == null) {
      return trim(in.readRetainedSlice(bytes));
    }
    hold(ctx, in, bytes);
    ByteBuf frame = held;
    held = null;
    return trim(frame);
  }

  private ByteBuf trim(ByteBuf raw) {
    int from = raw.readerIndex();
    int to = raw.writerIndex();
    return raw.setIndex(from + headBytes(), to - tailBytes(raw, from, to));
  }

  private void hold(ChannelHandlerContext ctx, ByteBuf in, int bytes) {
    int size = held == null ? bytes : held.readableBytes() + bytes;
    if (held == null) {
      held = ctx.alloc().buffer(capacityFor(size));
    } else if (held.writableBytes() < bytes) {
      held.capacity(capacityFor(size));
    }
    held.writeBytes(in, bytes);
  }

  /** Twice what is there: linear work in all, and a peer cannot make us set aside much more. */
  private int capacityFor(int size) {
    long roomy = Math.max(LEAST_CAPACITY, 2L * size);
    return (int) Math.max(size, Math.min(roomy, mostBytes()));
  }

  private void fail(ChannelHandlerContext ctx, RuntimeException e) {
    failed = true;
    rawBytes = 0;
    releaseHeld();
    ctx.fireExceptionCaught(e);
    ctx.close();
  }

  private void releaseHeld() {
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private static ByteBuf passOn(ChannelHandlerContext ctx, ByteBuf rest) {
    if (!rest.isReadable()) {
      return rest;
    }
    ctx.fireChannelRead(rest);
    return null;
  }

  /** Asks for more when a reader that reads on demand has got nothing from what it asked for. */
  @Override
  public final void channelReadComplete(ChannelHandlerContext ctx) {
    boolean starved = fed && !handedOn && !failed;
    fed = false;
    handedOn = false;
    if (starved && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      endOfInput(ctx);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    endOfInput(ctx);
    ctx.fireChannelInactive();
  }

  private void endOfInput(ChannelHandlerContext ctx) {
    if (held != null) {
      int received = held.readableBytes();
      releaseHeld();
      ctx.fireExceptionCaught(new TruncatedFrameException(received));
    } else if (rawBytes > 0) {
      long missing = rawBytes;
      rawBytes = 0;
      ctx.fireExceptionCaught(TruncatedFrameException.withoutRawBytes(missing));
    }
  }

  @Override
  public final void handlerRemoved(ChannelHandlerContext ctx) {
    removed = true;
    if (held != null) {
      ByteBuf rest = held;
      held = null;
      ctx.fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    }
  }
}
