package io.pipewright.udpecho.session;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Answers the queries of measuring clients. It stands behind whatever guards the server, and answers a datagram of {@value
 * SessionMessage#BYTES} bytes with one of the same length, as an echo does: nobody gains by asking in another's name. A query
 * about a session that it does not count for, or that it does not understand, goes on as any datagram.
 */
@Sharable
public final class SessionAnswers extends ChannelInboundHandlerAdapter {

  /** A session of which nothing comes for so long, or for twice that at most, is forgotten. */
  static final long SWEEP_SECONDS = 60;

  private final SessionTable sessions;

  /**
   * @param sessions what is asked about
   */
  public SessionAnswers(SessionTable sessions) {
    this.sessions = sessions;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof DatagramPacket datagram && SessionMessage.isOne(datagram.content())) {
      InetSocketAddress client = datagram.sender();
      Optional<SessionMessage> answer =
          SessionMessage.decode(datagram.content()).flatMap(query -> answer(ctx, client, query));
      if (answer.isPresent()) {
        datagram.release();
        ctx.writeAndFlush(
            new DatagramPacket(answer.get().encode(ctx.alloc()), client), ctx.voidPromise());
        return;
      }
    }
    ctx.fireChannelRead(message);
  }

  private Optional<SessionMessage> answer(
      ChannelHandlerContext ctx, InetSocketAddress client, SessionMessage query) {
    if (!query.type().isQuery() || client.getPort() == 0) {
      return Optional.empty();
    }
    if (query.type() == SessionMessage.Type.BEGIN && sessions.begin(client, query.session())) {
      sweepLater(ctx);
    }
    return sessions.counts(client, query.session()).map(query::answer);
  }

  private void sweepLater(ChannelHandlerContext ctx) {
    ctx.executor()
        .schedule(
            () -> {
              if (sessions.sweep()) {
                sweepLater(ctx);
              }
            },
            SWEEP_SECONDS,
            TimeUnit.SECONDS);
  }
}
