package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.uring.IoUringSocketChannel;
import io.pipewright.framing.FrameCounter;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.socket.UnhandledErrors;
import org.slf4j.Logger;

/** What stands in the pipeline of every connection: its own handler first, the user's pipeline, the last resort. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {

  private final Connections connections;
  private final boolean handlersClose;
  private final Pipeline pipeline;
  private final UnhandledErrors unhandledErrors;

  ConnectionInitializer(
      Connections connections,
      boolean handlersClose,
      Pipeline pipeline,
      Logger logger,
      ErrorCounts errors) {
    this.connections = connections;
    this.handlersClose = handlersClose;
    this.pipeline = pipeline;
    this.unhandledErrors = new UnhandledErrors(logger, errors);
  }

  @Override
  protected void initChannel(Channel channel) {
    if (channel.config() instanceof DuplexChannelConfig config) {
      // always: the end of the peer's sending must never cut off what is still owed to it
      config.setAllowHalfClosure(true);
    }
    ChannelPipeline handlers = channel.pipeline();
    Connection connection = new Connection(connections, handlersClose);
    handlers.addLast(Connection.NAME, connection);
    if (channel instanceof IoUringSocketChannel) {
      handlers.addLast(ResetWatch.NAME, new ResetWatch());
    }
    pipeline.install(handlers);
    if (handlers.context(TcpBuilder.SHAPING) != null) {
      handlers.addAfter(TcpBuilder.SHAPING, BehindQueue.NAME, new BehindQueue());
    }
    handlers.addLast(UnhandledErrors.NAME, unhandledErrors);
    connection.framesCountedBy(
        counter(handlers, Pipeline.FRAME_DECODER), counter(handlers, Pipeline.FRAME_ENCODER));
    connections.captures().attachAll(handlers);
  }

  /** A supplier of handlers that fails: told as a handler that fails, and not as often as strangers come. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    unhandledErrors.exceptionCaught(ctx, cause);
  }

  private static FrameCounter counter(ChannelPipeline handlers, String name) {
    return handlers.get(name) instanceof FrameCounter counter ? counter : null;
  }
}
