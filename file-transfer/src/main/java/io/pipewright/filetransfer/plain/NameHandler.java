package io.pipewright.filetransfer.plain;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.pipewright.InFlight;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.StoredFile;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Finds out which file a peer wants. A terminator or the end of its input ends the name. Without
 * them the name is looked up when it has settled; if there is such a file it is taken to be whole,
 * else more of it may come, for a while.
 *
 * <pre>
 *           ┌── piece ──┐
 *           ▼           │        settled            found
 *        COLLECTING ────┴───► look up (worker) ────────────► SendingHandler
 *           │    ▲                   │ not found
 *           │    └───────────────────┘
 *           │ too long, a NUL first, too slow: refuse
 *           │ terminator, end of input          found
 *           └──► DECIDING: look up (worker) ───────────────► SendingHandler
 *                                    │ not found: refuse ──► LeavingHandler
 * </pre>
 */
final class NameHandler extends ChannelInboundHandlerAdapter {

  private final PlainService service;
  private final NameCollector name = new NameCollector();

  private boolean deciding;
  private long firstByteNanos;
  private Future<?> timer;

  /** Which look-up's answer counts: a new piece makes those under way void. */
  private int lookup;

  NameHandler(PlainService service) {
    this.service = service;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      if (!deciding && in.isReadable()) {
        collect(ctx, in);
      }
      if (deciding && in.isReadable()) {
        PlainService.logIgnored(ctx.channel(), in.readableBytes());
      }
    } finally {
      in.release();
    }
  }

  private void collect(ChannelHandlerContext ctx, ByteBuf piece) {
    long now = ctx.executor().ticker().nanoTime();
    if (name.isEmpty()) {
      firstByteNanos = now;
      InFlight.begin(ctx.channel());
      ctx.channel().closeFuture().addListener(closed -> InFlight.end(ctx.channel()));
    }
    forget();
    switch (name.add(piece)) {
      case OPEN -> {
        if (now - firstByteNanos > service.timing().whole().toNanos()) {
          refuse(ctx, "the name took longer than " + service.timing().whole().toSeconds() + " s");
        } else {
          after(ctx, service.timing().settle(), () -> lookUp(ctx));
        }
      }
      case TERMINATED -> decide(ctx);
      case TOO_LONG -> refuse(ctx, "the name is too long");
      case NOT_PLAIN -> refuse(ctx, "a name cannot begin with a NUL");
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !deciding) {
      if (name.isEmpty()) {
        ctx.close(); // it asked for nothing
      } else {
        decide(ctx);
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void decide(ChannelHandlerContext ctx) {
    deciding = true;
    forget();
    lookUp(ctx);
  }

  private void lookUp(ChannelHandlerContext ctx) {
    int asked = lookup;
    byte[] wanted = name.name();
    boolean admitted = service.sender().workers().tryExecute(() -> {
      Opening opening = open(wanted);
      try {
        ctx.executor().execute(() -> answer(ctx, asked, opening));
      } catch (RejectedExecutionException e) {
        discard(opening); // the server has ended meanwhile
      }
    });
    if (!admitted) {
      answer(ctx, asked, new Refused("too many requests wait for the disk"));
    }
  }

  private Opening open(byte[] wanted) {
    Naming naming = FileName.parse(wanted);
    try {
      return naming instanceof FileName parsed ? service.store().open(parsed) : (Refused) naming;
    } catch (RuntimeException e) { // a user's store: its peer gets an answer nevertheless
      return new Refused("the store failed: " + e);
    }
  }

  private void answer(ChannelHandlerContext ctx, int asked, Opening opening) {
    if (asked != lookup || !ctx.channel().isActive()) {
      service.sender().workers().execute(() -> discard(opening));
    } else if (opening instanceof StoredFile file) {
      ctx.pipeline().replace(this, "sending", new SendingHandler(service, file));
    } else if (deciding) {
      refuse(ctx, ((Refused) opening).reason());
    } else {
      Duration rest = service.timing().pause().minus(service.timing().settle());
      after(ctx, rest, () -> refuse(ctx, ((Refused) opening).reason()));
    }
  }

  private void refuse(ChannelHandlerContext ctx, String reason) {
    PlainService.logRefused(ctx.channel(), name.name(), reason);
    ctx.pipeline().replace(this, "leaving", new LeavingHandler(service.linger()));
  }

  /** Makes the timer and the look-up under way void. */
  private void forget() {
    lookup++;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void after(ChannelHandlerContext ctx, Duration delay, Runnable task) {
    timer = ctx.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void discard(Opening opening) {
    if (opening instanceof StoredFile file) {
      file.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }
}
