package io.pipewright.testkit.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;

/**
 * The second half of a {@link Flow}: holds bytes for as long as the faults say, and writes them in
 * the portions that the faults say. Lives on the proxy's loop alone.
 */
final class Delivery {

  /** Writes in one turn, before other connections get theirs. */
  private static final int MAX_WRITES = 64;

  private final Link link;
  private final SocketChannel to;
  private final Loop loop;
  private final Traffic traffic;
  private final Shaper shaper;
  private final Backlog backlog = new Backlog();

  private StreamFaults faults;
  private boolean finished;
  private boolean wantsWrite;
  private boolean scheduled;
  private long scheduledNanos;

  Delivery(
      Link link, SocketChannel to, Loop loop, Traffic traffic, StreamFaults faults, Random random) {
    this.link = link;
    this.to = to;
    this.loop = loop;
    this.traffic = traffic;
    this.faults = faults;
    this.shaper = new Shaper(faults, random, System.nanoTime());
  }

  void faults(StreamFaults changed) {
    faults = changed;
    shaper.faults(changed);
  }

  int waitingBytes() {
    return backlog.bytes();
  }

  /** Whether it waits for room in the socket. */
  boolean wantsWrite() {
    return wantsWrite;
  }

  /** Whether the target's input has been ended. */
  boolean isFinished() {
    return finished;
  }

  /** Takes over what is in a buffer that is used again. */
  void take(ByteBuffer bytes, long offset) {
    if (faults.shapesNothing()) {
      if (backlog.isEmpty()) {
        write(bytes, bytes.remaining()); // the way of most bytes: no copy
      }
      if (bytes.hasRemaining()) {
        backlog.add(copy(bytes), System.nanoTime());
      }
      return;
    }
    noteShaping(offset);
    long now = System.nanoTime();
    if (faults.coalesceBytes() == 0) {
      backlog.add(copy(bytes), now + faults.delay().toNanos());
      return;
    }
    backlog.collect(copy(bytes), now);
    if (backlog.collectedBytes() >= faults.coalesceBytes()) {
      backlog.release(now + faults.delay().toNanos());
    }
  }

  private void noteShaping(long offset) {
    if (faults.coalesceBytes() > 0) {
      traffic.appliedOnce(Fault.COALESCE, offset);
    }
    if (!faults.delay().isZero()) {
      traffic.appliedOnce(Fault.DELAY, offset);
    }
    if (faults.bytesPerSecond() > 0) {
      traffic.appliedOnce(Fault.THROTTLE, offset);
    }
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  /** Does something when all that was taken before is written; what is collected waits no longer. */
  void afterAllBefore(Runnable action) {
    long due = System.nanoTime() + faults.delay().toNanos();
    backlog.release(due);
    backlog.add(action, due);
  }

  /** Ends the target's input. */
  void finish() {
    finished = true;
    try {
      to.shutdownOutput();
    } catch (IOException e) {
      link.targetGone(this);
      return;
    }
    link.closeIfDone();
  }

  /** Throws away what waits, and ends the target's input. */
  void finishNow() {
    forget();
    try {
      to.shutdownOutput();
    } catch (IOException e) {
      // the target has closed it already
    }
  }

  /** Throws away what waits. */
  void forget() {
    traffic.discarded(backlog.clear());
    finished = true;
    wantsWrite = false;
  }

  /** Writes what is due, and asks to be called again when more will be. */
  void deliver() {
    wantsWrite = false;
    releaseCollected();
    Backlog.Item next = backlog.peek();
    for (int writes = 0; next != null; writes++) {
      long at = dueNanos(next);
      if (at - System.nanoTime() > 0 || writes == MAX_WRITES) {
        schedule(at);
        return;
      }
      if (!deliver(next)) {
        return;
      }
      next = backlog.peek();
    }
  }

  private long dueNanos(Backlog.Item item) {
    boolean mustWaitLonger = item.action() == null && shaper.readyAtNanos() - item.dueNanos() > 0;
    return mustWaitLonger ? shaper.readyAtNanos() : item.dueNanos();
  }

  /** Returns whether there may be more to do now. */
  private boolean deliver(Backlog.Item item) {
    if (item.action() != null) {
      backlog.done();
      item.action().run();
      return true;
    }
    int written = write(item.bytes(), shaper.limit(item.bytes().remaining()));
    if (written < 0) {
      return false;
    }
    backlog.delivered(written);
    wantsWrite = written == 0;
    return !wantsWrite;
  }

  private void releaseCollected() {
    if (backlog.collectedBytes() == 0) {
      return;
    }
    long until = backlog.collectingSinceNanos() + faults.coalesceWait().toNanos();
    long now = System.nanoTime();
    if (faults.coalesceBytes() == 0 || until - now <= 0) {
      backlog.release(now + faults.delay().toNanos());
    } else {
      schedule(until);
    }
  }

  /** Returns how many bytes were written, or -1 if the target is gone. */
  private int write(ByteBuffer bytes, int atMost) {
    int limit = bytes.limit();
    bytes.limit(bytes.position() + atMost);
    int written;
    try {
      written = to.write(bytes);
    } catch (IOException e) {
      bytes.limit(limit).position(limit); // nothing is left to do with them
      link.targetGone(this);
      return -1;
    }
    bytes.limit(limit);
    traffic.delivered(written);
    if (written > 0 && shaper.written(written, System.nanoTime())) {
      traffic.appliedOnce(Fault.SPLIT, traffic.delivered());
    }
    return written;
  }

  private void schedule(long atNanos) {
    if (scheduled && scheduledNanos - atNanos <= 0) {
      return; // it is looked at before that, and asks again then
    }
    scheduled = true;
    scheduledNanos = atNanos;
    loop.at(atNanos, () -> {
      if (scheduledNanos == atNanos) {
        scheduled = false;
      }
      link.turn(this::deliver);
    });
  }
}
