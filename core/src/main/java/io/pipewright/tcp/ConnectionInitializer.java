package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.uring.IoUringSocketChannel;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.UnhandledErrors;
import org.slf4j.Logger;

/** What stands in the pipeline of every connection: its own handler first, the user's pipeline, the last resort. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {

  private final Connections connections;
  private final boolean handlersClose;
  private final Pipeline pipeline;
  private final UnhandledErrors unhandledErrors;

  ConnectionInitializer(
      Connections connections, boolean handlersClose, Pipeline pipeline, Logger logger) {
    this.connections = connections;
    this.handlersClose = handlersClose;
    this.pipeline = pipeline;
    this.unhandledErrors = new UnhandledErrors(logger);
  }

  @Override
  protected void initChannel(Channel channel) {
    channel.pipeline().addLast(Connection.NAME, new Connection(connections, handlersClose));
    if (channel instanceof IoUringSocketChannel) {
      channel.pipeline().addLast(ResetWatch.NAME, new ResetWatch());
    }
    pipeline.install(channel.pipeline());
    channel.pipeline().addLast(UnhandledErrors.NAME, unhandledErrors);
  }
}
