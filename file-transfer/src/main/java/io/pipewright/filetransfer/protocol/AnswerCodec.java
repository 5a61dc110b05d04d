package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.framing.RawBytes;

/**
 * A client's codec: stands behind the framing of {@link NativeFraming#CLIENT}.
 *
 * <pre>
 *   in:   ByteBuf (a frame's body)         ──►  Answer
 *         ByteBuf (bytes behind an answer) ──►  the same, untouched
 *   out:  Request                          ──►  ByteBuf, which the framing turns into a frame
 * </pre>
 *
 * <p><b>What the next handler sees.</b> Behind an {@link Answer.Data} or {@link Answer.Pack} exactly the bytes that it announces come as {@code ByteBuf}s of
 * any length but 0, and no answer before they are complete. An input that ends among them is a {@code TruncatedFrameException}.
 *
 * <p><b>Buffers.</b> It releases every frame that it reads; requests and answers hold no buffer. The bytes behind an answer are the
 * next handler's to release.
 *
 * <p><b>Errors.</b> An answer that breaks the protocol is fired as a {@link MalformedMessageException}, the channel is closed, and
 * whatever else comes is released unseen. This codec judges each message by itself; that answers fit what was asked is the next
 * handler's to see. A request that cannot be encoded fails its promise and sends nothing.
 *
 * <p>One instance belongs to one channel and is used on its event loop alone.
 */
public final class AnswerCodec extends ChannelDuplexHandler {

  /** How many of the bytes behind the last answer are still to come. */
  private int rawBytes;

  private boolean failed;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (failed) {
      ReferenceCountUtil.release(message);
    } else if (!(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
    } else if (rawBytes > 0) {
      rawBytes -= bytes.readableBytes();
      ctx.fireChannelRead(bytes);
    } else {
      readAnswer(ctx, bytes);
    }
  }

  private void readAnswer(ChannelHandlerContext ctx, ByteBuf body) {
    Answer answer;
    try {
      answer = AnswerReader.read(body);
    } catch (MalformedMessageException e) {
      failed = true;
      ctx.fireExceptionCaught(e);
      ctx.close();
      return;
    } finally {
      body.release();
    }
    rawBytes = rawBytes(answer);
    if (rawBytes > 0) {
      RawBytes.expect(ctx, rawBytes);
    }
    ctx.fireChannelRead(answer);
  }

  /** How many raw bytes an answer announces. */
  static int rawBytes(Answer answer) {
    if (answer instanceof Answer.Data data) {
      return data.length();
    }
    return answer instanceof Answer.Pack pack ? pack.bytes() : 0;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof Request request)) {
      ctx.write(message, promise);
      return;
    }
    ByteBuf body = BodyBuffer.allocate(ctx, RequestWriter.ROUGH_BYTES);
    try {
      RequestWriter.write(request, body);
    } catch (RuntimeException e) {
      body.release();
      promise.tryFailure(e);
      return;
    }
    ctx.write(body, promise);
  }
}
