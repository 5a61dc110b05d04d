package io.pipewright.udp.session;

import io.netty.channel.ChannelHandlerContext;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import java.util.concurrent.TimeUnit;

/**
 * Tells the sessions of one socket that their server drains: those that owe nothing end at once, the others when they do not any
 * more. Until all have ended the socket counts as busy; the server closes it, and them, when the grace is over.
 */
final class SessionDrain {

  private static final long LOOK_AGAIN_MILLIS = 25;

  private final ChannelHandlerContext ctx;
  private final SessionTable table;

  SessionDrain(ChannelHandlerContext ctx, SessionTable table) {
    this.ctx = ctx;
    this.table = table;
  }

  void begin(DrainEvent event) {
    for (SessionChannel session : table.all()) {
      session.pipeline().fireUserEventTriggered(event);
    }
    InFlight.begin(ctx.channel());
    endWhatOwesNothing();
  }

  private void endWhatOwesNothing() {
    for (SessionChannel session : table.all()) {
      if (InFlight.count(session) == 0 && !session.owes()) {
        session.close();
      }
    }
    if (table.size() == 0) {
      InFlight.end(ctx.channel());
    } else if (ctx.channel().isOpen()) {
      ctx.executor().schedule(this::endWhatOwesNothing, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
