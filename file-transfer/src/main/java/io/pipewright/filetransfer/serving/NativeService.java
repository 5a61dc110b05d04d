package io.pipewright.filetransfer.serving;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.pipewright.filetransfer.plain.PlainService;
import io.pipewright.filetransfer.protocol.NativeFraming;
import io.pipewright.filetransfer.protocol.RequestCodec;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.sending.FileSender;
import io.pipewright.filetransfer.sending.FileWorkers;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import java.util.Optional;

/**
 * What the connections of a server share, and its door: each begins with {@link #newHandler}.
 *
 * @param store where the files come from
 * @param sender sends them
 * @param listers who lists folders, so that nobody who wants a file waits for that
 * @param plain the other dialect
 * @param secret what clients have to show; then the plain dialect, which can show none, is refused
 * @param idle when a silent connection ends
 * @param manners how patient the server is
 */
public record NativeService(
    FileStore store,
    FileSender sender,
    FileWorkers listers,
    PlainService plain,
    Optional<Secret> secret,
    Optional<IdlePolicy> idle,
    Manners manners) {

  private static final String IDLE = "idle";

  /** The handler for a new connection; its channel must allow half-closure. */
  public ChannelHandler newHandler() {
    return new DialectHandler(this);
  }

  /** Behind that context: the plain dialect. */
  void installPlain(ChannelHandlerContext ctx) {
    ChannelHandler handler = secret.isPresent()
        ? plain.newRefusingHandler(ctx.channel(), "the plain dialect cannot show a secret")
        : plain.newHandler();
    ctx.pipeline().addAfter(ctx.name(), "name", handler);
  }

  /** Behind that context: the native dialect. */
  void installNative(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addAfter(ctx.name(), "hello", new HelloHandler(this));
    pipeline.addAfter(ctx.name(), "request-codec", new RequestCodec());
    moveIdleBehind(ctx);
    NativeFraming.SERVER
        .newEncoder()
        .ifPresent(it -> pipeline.addAfter(ctx.name(), Pipeline.FRAME_ENCODER, it));
    NativeFraming.SERVER
        .newDecoder()
        .ifPresent(it -> pipeline.addAfter(ctx.name(), Pipeline.FRAME_DECODER, it));
  }

  /** Now that there are frames, single bytes that drip in are no sign of life any more. */
  private void moveIdleBehind(ChannelHandlerContext ctx) {
    ChannelHandler now = ctx.pipeline().get(IDLE);
    idle.map(IdlePolicy::newHandler)
        .filter(own -> now != null && now.getClass() == own.getClass()) // else it is a user's
        .ifPresent(own -> {
          ctx.pipeline().remove(now);
          ctx.pipeline().addAfter(ctx.name(), IDLE, own);
        });
  }
}
