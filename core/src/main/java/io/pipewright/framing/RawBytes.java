package io.pipewright.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;
import io.netty.channel.ChannelHandlerContext;

/**
 * Bytes that stand between frames and are none: the content that a header frame announces, sent as it is, so that it may come
 * straight from a file, be of any length, and is never collected in memory.
 *
 * <pre>
 *   frame: "1,000,000 bytes follow" │ 1,000,000 raw bytes │ frame │ frame │ …
 * </pre>
 *
 * <p>The sender writes the header as a {@code ByteBuf}, as ever, and then the content: a {@code FileRegion}, which passes every
 * encoder, or an instance of this class, which every encoder of this package opens without framing it. The receiver calls {@link
 * #expect} while it is handed the header.
 */
public final class RawBytes extends DefaultByteBufHolder {

  private RawBytes(ByteBuf content) {
    super(content);
  }

  /**
   * Makes bytes pass the encoder unframed.
   *
   * @param content what is to be written as it is; the message takes it over, and whoever writes the message is done with it
   */
  public static RawBytes of(ByteBuf content) {
    return new RawBytes(content);
  }

  /**
   * Makes the channel's decoder hand on the next bytes as they come, in pieces of any length that the next handler releases, and
   * look for frames again behind them. If the input ends before they have come, {@link TruncatedFrameException} is fired, as in
   * the middle of a frame.
   *
   * @param ctx a handler's behind the decoder; called on the event loop, while that handler is handed the frame before those bytes
   * @param bytes how many; zero changes nothing
   * @throws IllegalArgumentException if negative
   * @throws IllegalStateException if there is no decoder of this package, or a frame has begun already
   */
  public static void expect(ChannelHandlerContext ctx, long bytes) {
    FrameDecoder decoder = ctx.pipeline().get(FrameDecoder.class);
    if (decoder == null) {
      throw new IllegalStateException("there is no frame decoder that could let raw bytes pass");
    }
    decoder.expectRaw(bytes);
  }

  @Override
  public RawBytes replace(ByteBuf content) {
    return new RawBytes(content);
  }
}
