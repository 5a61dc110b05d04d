package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.framing.TruncatedFrameException;

/**
 * A server's codec: stands behind the framing of {@link NativeFraming#SERVER}.
 *
 * <pre>
 *   in:   ByteBuf (a frame's body)         ──►  Request
 *   out:  Answer                           ──►  ByteBuf, which the framing turns into a frame
 *         FileRegion, RawBytes             ──►  the same, untouched: the bytes behind a DATA
 * </pre>
 *
 * <p><b>Buffers.</b> It releases every frame that it reads. Requests and answers hold no buffer. Raw bytes belong to whoever is
 * handed them: written, to the handlers further out.
 *
 * <p><b>Errors.</b> A request that breaks the protocol is handed on as {@link Request.Malformed}, so that it is answered in its
 * turn, behind the answers to those before it; whatever else comes is dropped unseen. Whoever handles it closes the connection. So
 * is a request in whose middle the client has finished sending. A frame over its maximum is the framing's to refuse, which closes
 * at once.
 *
 * <p><b>Promises.</b> An answer's write completes when its frame is written; the raw bytes behind a DATA are a write of their own,
 * which must follow before any other. An answer that cannot be encoded fails its promise and sends nothing.
 *
 * <p>One instance belongs to one channel and is used on its event loop alone.
 */
public final class RequestCodec extends ChannelDuplexHandler {

  private boolean ended;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (ended) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof ByteBuf body) {
      ctx.fireChannelRead(read(body));
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private Request read(ByteBuf body) {
    try {
      return RequestReader.read(body);
    } catch (MalformedMessageException e) {
      ended = true;
      return new Request.Malformed(e);
    } finally {
      body.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof TruncatedFrameException && !ended && ctx.channel().isActive()) {
      ended = true;
      ctx.fireChannelRead(new Request.Malformed(
          new MalformedMessageException("request", "the input ended in the middle of it")));
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof Answer answer)) {
      ctx.write(message, promise);
      return;
    }
    ByteBuf body = BodyBuffer.allocate(ctx, AnswerWriter.roughBytes(answer));
    try {
      AnswerWriter.write(answer, body);
    } catch (RuntimeException e) {
      body.release();
      promise.tryFailure(e);
      return;
    }
    ctx.write(body, promise);
  }
}
