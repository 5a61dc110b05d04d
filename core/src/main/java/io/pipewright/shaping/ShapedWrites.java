package io.pipewright.shaping;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.PendingWriteQueue;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.InFlight;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongConsumer;

/**
 * What one channel has written and may not send yet, in order. Netty's queue counts it among the channel's unsent bytes, so
 * writability, drains and half-closes see it. A message that is being cut stays in front until its last slice leaves.
 *
 * <p>The socket is handed a burst at most before it has taken what it has: a peer that stopped reading for a while must not
 * get all that its rate would have given it meanwhile at once.
 */
final class ShapedWrites {

  private final ChannelHandlerContext ctx;
  private final LongConsumer wakeIn;
  private final WriteTurn turn = new WriteTurn();
  private final PendingWriteQueue queue;

  /** Those of the queue's messages: it does not show its own. */
  private final Queue<ChannelPromise> promises = new ArrayDeque<>();

  private int flushed;
  private long queuedBytes;

  private final Front front = new Front();
  private long inSocket;
  private boolean sending;

  /**
   * @param ctx where the slices go
   * @param wakeIn is told after how many nanoseconds to call {@link #send}
   */
  ShapedWrites(ChannelHandlerContext ctx, LongConsumer wakeIn) {
    this.ctx = ctx;
    this.wakeIn = wakeIn;
    this.queue = new PendingWriteQueue(ctx);
  }

  void limitBy(Bucket own, Bucket total) {
    turn.limitBy(own, total);
  }

  /** Whether writes have to go this way; else nothing limits them, and nothing that was written before is waiting. */
  boolean isInWay() {
    return turn.isLimited() || !queue.isEmpty();
  }

  void add(Object msg, ChannelPromise promise) {
    if (!ctx.channel().isOpen()) {
      ReferenceCountUtil.release(msg);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (queue.isEmpty()) {
      InFlight.begin(ctx.channel());
    }
    ChannelPromise told = promise.unvoid();
    queuedBytes += Front.lengthOf(msg);
    promises.add(told);
    queue.add(msg, told);
  }

  /** Everything that was written until now may leave. */
  void flush() {
    flushed = queue.size();
    if (!send()) {
      ctx.flush(); // what passed before there was a limit
    }
  }

  /**
   * Sends what may be sent now, and has itself woken for the rest.
   *
   * @return whether anything was, and so was flushed
   */
  boolean send() {
    if (sending) {
      return false; // the loop below is at it
    }
    sending = true;
    boolean sent = false;
    try {
      while (flushed > 0 && inSocket < turn.burstBytes() && mayGo()) {
        sendSome();
        sent = true;
      }
    } finally {
      sending = false;
    }
    if (sent) {
      ctx.flush();
    }
    return sent;
  }

  private boolean mayGo() {
    long left = front.left(queue.current());
    if (left == 0 || !turn.isLimited()) {
      return true;
    }
    long wait = turn.ask(worthAsking(left), ctx.executor().ticker().nanoTime());
    if (wait > 0) {
      wakeIn.accept(wait);
    }
    return wait == 0;
  }

  /** A region that can go whole is worth waiting for: the kernel sends it without a copy. */
  private long worthAsking(long left) {
    boolean whole = queue.current() instanceof FileRegion && left <= turn.burstBytes();
    return whole ? left : Math.min(queuedBytes, turn.sliceBytes());
  }

  private void sendSome() {
    ChannelPromise promise = promises.element();
    if (!promise.setUncancellable() || promise.isDone()) {
      takeFront(); // its owner has called it off
      return;
    }
    long left = front.left(queue.current());
    if (!turn.isLimited() || left == 0) {
      sendRest(promise, left);
      return;
    }
    long bytes = Math.min(left, turn.granted());
    turn.spend(bytes);
    if (bytes == left) {
      sendRest(promise, left);
    } else {
      sendSlice(promise, bytes);
    }
  }

  private void sendSlice(ChannelPromise promise, long bytes) {
    long total = front.total(queue.current());
    Object slice = front.slice(queue.current(), bytes);
    queuedBytes -= bytes;
    long progress = front.progress();
    handOver(slice, bytes, ctx.newPromise()).addListener(write -> {
      if (write.isSuccess()) {
        progress(promise, progress, total);
      } else if (promises.peek() == promise) {
        takeFront();
        promise.tryFailure(write.cause());
      }
    });
  }

  /** The message's last bytes, or all of it. */
  private void sendRest(ChannelPromise promise, long bytes) {
    Object message = ReferenceCountUtil.retain(queue.current());
    long total = front.total(message);
    boolean cut = front.isCut();
    Object rest = front.rest(message);
    takeFront();
    if (!cut || !(promise instanceof ChannelProgressivePromise)) {
      handOver(rest, bytes, promise);
      return;
    }
    handOver(rest, bytes, ctx.newPromise()).addListener(write -> {
      if (write.isSuccess()) {
        progress(promise, total, total);
        promise.trySuccess();
      } else {
        promise.tryFailure(write.cause());
      }
    });
  }

  private ChannelFuture handOver(Object msg, long bytes, ChannelPromise promise) {
    inSocket += bytes;
    return ctx.write(msg, promise).addListener(write -> {
      inSocket -= bytes;
      send();
    });
  }

  private static void progress(ChannelPromise promise, long done, long total) {
    if (promise instanceof ChannelProgressivePromise progressive) {
      progressive.tryProgress(done, total);
    }
  }

  /** Releases the message in front, or what has not been sent of it. */
  private void takeFront() {
    queuedBytes -= front.left(queue.current());
    front.reset();
    flushed = Math.max(0, flushed - 1); // what is failed may not have been flushed
    promises.remove();
    queue.remove();
    if (queue.isEmpty()) {
      InFlight.end(ctx.channel());
    }
  }

  /** The handler goes and the channel stays, without limits: everything is sent. */
  void sendAll() {
    flushed = queue.size();
    send();
  }

  /** Nothing more can be sent. Whoever writes again when told so is told again. */
  void failAll() {
    turn.giveBack();
    while (!queue.isEmpty()) {
      ChannelPromise promise = promises.element();
      takeFront();
      promise.tryFailure(new ClosedChannelException());
    }
  }
}
