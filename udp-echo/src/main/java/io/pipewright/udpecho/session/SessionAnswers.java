package io.pipewright.udpecho.session;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.udp.DatagramCounts;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Answers the queries of measuring clients. It stands behind whatever guards the server, and answers a datagram of {@value
 * SessionMessage#BYTES} bytes with one of the same length, as an echo does: nobody gains by asking in another's name. A query
 * about a session that it does not count for, or that it does not understand, goes on as any datagram.
 */
@Sharable
public final class SessionAnswers extends ChannelInboundHandlerAdapter {

  /** A session of which nothing comes for so long, or for twice that at most, is forgotten. */
  static final long SWEEP_SECONDS = 60;

  private static final String BUSY = "measuring-busy";

  private final SessionTable sessions;
  private final DropsReader drops;

  /**
   * @param sessions what is asked about
   * @param kernelDrops how many datagrams the kernel has dropped at the server's sockets, or less than 0 if it does not say; may
   *     block
   * @param executor where that is asked
   */
  public SessionAnswers(SessionTable sessions, LongSupplier kernelDrops, Executor executor) {
    this.sessions = sessions;
    this.drops = new DropsReader(kernelDrops, executor);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof DatagramPacket datagram && SessionMessage.isOne(datagram.content())) {
      Optional<SessionMessage> query = SessionMessage.decode(datagram.content());
      if (query.isPresent() && understands(ctx, datagram.sender(), query.get())) {
        datagram.release();
        return;
      }
    }
    ctx.fireChannelRead(message);
  }

  private boolean understands(
      ChannelHandlerContext ctx, InetSocketAddress client, SessionMessage query) {
    if (!query.type().isQuery() || client.getPort() == 0) {
      return false;
    }
    if (query.type() == SessionMessage.Type.BEGIN && sessions.begin(client, query.session())) {
      sweepLater(ctx);
    }
    Optional<Session> session = sessions.find(client, query.session());
    session.ifPresent(found -> answer(ctx, client, query, found));
    return session.isPresent();
  }

  private void answer(
      ChannelHandlerContext ctx, InetSocketAddress client, SessionMessage query, Session session) {
    boolean taken = drops.read(now -> ctx.executor().execute(() -> {
      if (query.type() == SessionMessage.Type.BEGIN) {
        session.begunAt(now);
      }
      SessionMessage answer = query.answer(session.counts(now));
      ctx.writeAndFlush(new DatagramPacket(answer.encode(ctx.alloc()), client), ctx.voidPromise());
    }));
    if (!taken) {
      DatagramCounts.of(ctx.channel()).dropped(BUSY); // the client asks again
    }
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
