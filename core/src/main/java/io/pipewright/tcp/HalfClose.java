package io.pipewright.tcp;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.pipewright.tls.TlsFacts;
import java.nio.channels.ClosedChannelException;

/** Ends one direction of a connection and leaves the other open (RFC 9293, section 3.6). */
public final class HalfClose {

  private HalfClose() {}

  /**
   * Says that nothing more will be sent: sends what is written, then with TLS {@code close_notify}, then FIN. Netty's own
   * {@code shutdownOutput()} drops what is still unsent. Receiving goes on.
   *
   * @param channel a connection of a {@link TcpServer} or a {@link TcpClient}
   * @return done when FIN has been handed to the kernel, failed if what was written could not be sent
   */
  public static ChannelFuture finishSending(Channel channel) {
    ChannelPromise finished = channel.newPromise();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      shutDownOutput(channel, finished);
      return finished;
    }
    // what is written during the handshake waits for its end
    tls.handshakeFuture().addListener(done -> {
      if (done.isSuccess()) {
        channel.flush();
        tls.closeOutbound().addListener(noticed -> shutDownOutput(channel, finished));
      } else {
        finished.tryFailure(done.cause());
      }
    });
    return finished;
  }

  /**
   * Says that nothing more will be read: what the peer still sends is acknowledged by the kernel and dropped. Sending goes on.
   * The handlers hear of it as of the peer's own end, by Netty's {@code ChannelInputShutdownEvent}; so unless they close
   * themselves ({@link TcpBuilder#allowHalfClosure}), the connection ends when what is owed has been sent.
   *
   * @param channel a connection of a {@link TcpServer} or a {@link TcpClient}
   * @return done when the kernel has been told, failed if the connection is closed
   */
  public static ChannelFuture stopReceiving(Channel channel) {
    return ((DuplexChannel) channel).shutdownInput().addListener(stopped -> {
      if (stopped.isSuccess()) { // Netty fires the event for the peer's end alone
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      }
    });
  }

  private static void shutDownOutput(Channel channel, ChannelPromise finished) {
    afterWhatIsWritten(channel).addListener(sent -> {
      if (sent.isSuccess()) {
        ((DuplexChannel) channel).shutdownOutput(finished);
      } else {
        finished.tryFailure(sent.cause());
      }
    });
  }

  /**
   * Whether the peer has said that it sends nothing more: by FIN, or with TLS by {@code close_notify}.
   *
   * @param channel a connection of a {@link TcpServer} or a {@link TcpClient}
   */
  public static boolean peerHasFinished(Channel channel) {
    return ((DuplexChannel) channel).isInputShutdown() || TlsFacts.peerHasFinished(channel);
  }

  /**
   * An empty write behind all others, at the socket's end of the pipeline, where no codec makes a message of it: when it is
   * done, they are. Where writes queue for shaping it queues behind them.
   */
  static ChannelFuture afterWhatIsWritten(Channel channel) {
    channel.flush();
    ChannelHandlerContext behindQueue = channel.pipeline().context(BehindQueue.NAME);
    ChannelHandlerContext socketEnd =
        behindQueue == null ? channel.pipeline().context(Connection.NAME) : behindQueue;
    return socketEnd == null // a closed connection's pipeline has been taken apart
        ? channel.newFailedFuture(new ClosedChannelException())
        : socketEnd.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }
}
