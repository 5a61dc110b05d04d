package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what a connection brings over to the disk: blocks of part files, and small files, one after another. What waits is bounded:
 * above 4 MiB of this queue, or 16 MiB of all queues of the same threads, the connection is paused; below 1 MiB of this queue it goes
 * on.
 *
 * <pre>
 *   event loop    begin ─ write ─ write ─ … ─ end      begin ─ …
 *                            │ bounded
 *   disk thread              ▼ sum, write at once, … ─ compare, journal ─ outcome
 * </pre>
 *
 * <p>The methods are called on one event loop. Its order is kept; a disk thread comes for several pieces at once, so that it is not
 * woken for each.
 */
public final class DiskQueue {

  /** Stops what comes, and lets it come again. Both are called on the event loop. */
  public interface Flow {

    /** The connection is to be read from no longer. */
    void pause();

    /** The connection is to be read from again. */
    void resume();
  }

  static final long HIGH_WATER_BYTES = 4 << 20;
  static final long LOW_WATER_BYTES = 1 << 20;
  static final long ALL_HIGH_WATER_BYTES = 16 << 20;

  /** From so many bytes on it is worth waking a disk thread, or if it has slept for so long. */
  private static final long WAKE_BYTES = 256 << 10;

  private static final long WAKE_NANOS = 50_000_000;

  /** After so many bytes, a disk thread looks after other queues first. */
  private static final long SHIFT_BYTES = 8 << 20;

  private static final Logger log = LoggerFactory.getLogger(DiskQueue.class);

  private final Executor disk;
  private final AtomicLong allWaitingBytes;
  private final EventExecutor loop;
  private final Flow flow;
  private final Outcomes outcomes;
  private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean working = new AtomicBoolean();
  private final AtomicBoolean resuming = new AtomicBoolean();
  private final AtomicLong waitingBytes = new AtomicLong();

  private volatile boolean full;
  private long unannouncedBytes; // on the event loop
  private long lastWakeNanos = System.nanoTime() - WAKE_NANOS; // on the event loop
  private boolean waking; // on the event loop
  private Intake intake; // on the event loop

  /** What a disk thread does. */
  private sealed interface Task {}

  private record Piece(Intake intake, ByteBuf bytes, int length) implements Task {}

  private record End(Intake intake) implements Task {}

  private record Abandon(Intake intake) implements Task {}

  /**
   * @param disk does the work
   * @param loop the event loop on which all methods are called
   * @param flow what brings the bytes
   */
  public DiskQueue(DiskThreads disk, EventExecutor loop, Flow flow) {
    this(disk, disk.waitingBytes(), loop, flow);
  }

  /** As the other, on any threads that may wait, whose queues share a count of what waits. */
  DiskQueue(Executor disk, AtomicLong allWaitingBytes, EventExecutor loop, Flow flow) {
    this.disk = disk;
    this.allWaitingBytes = allWaitingBytes;
    this.loop = loop;
    this.flow = flow;
    this.outcomes = new Outcomes(loop);
  }

  /** Whether the connection is paused: its silence is then not its peer's. */
  public boolean isFull() {
    return full;
  }

  /**
   * A block comes. What is known before is given up.
   *
   * @param part the file, which must stay open until the outcome
   * @param block its index
   * @param sum its CRC32C, as the server says
   * @param whenEnded told once, on the event loop, what became of it, after {@link #end}; on another thread only if that has ended
   */
  public void begin(PartFile part, long block, int sum, Consumer<BlockOutcome> whenEnded) {
    begin(new BlockIntake(
        part,
        Math.toIntExact(block),
        sum,
        outcome -> outcomes.add(() -> whenEnded.accept(outcome), 1)));
  }

  /**
   * Several small files come, their bytes one behind the other.
   *
   * @param files what they are to be, in that order; their folders must stay open until the outcomes
   * @param whenEnded told once, on the event loop, what became of each that is not passed over, in that order, after {@link #end}; on
   *     another thread only if that has ended
   */
  public void begin(List<PackedFile> files, Consumer<List<BlockOutcome>> whenEnded) {
    begin(new PackIntake(
        files, becameOf -> outcomes.add(() -> whenEnded.accept(becameOf), files.size())));
  }

  void begin(Intake next) {
    if (intake != null) {
      throw new IllegalStateException("the one before has not ended");
    }
    intake = next;
  }

  /**
   * The next bytes of it.
   *
   * @param bytes released when they are written
   */
  public void write(ByteBuf bytes) {
    int length = bytes.readableBytes();
    long all = allWaitingBytes.addAndGet(length);
    long own = waitingBytes.addAndGet(length);
    boolean tooMuch = own > HIGH_WATER_BYTES || all > ALL_HIGH_WATER_BYTES;
    if (tooMuch && !full) {
      full = true; // before the disk can have them: so it finds out that somebody waits
      flow.pause();
    }
    tasks.add(new Piece(begun(), bytes, length));
    unannouncedBytes += length;
    if (unannouncedBytes >= WAKE_BYTES || full || System.nanoTime() - lastWakeNanos > WAKE_NANOS) {
      wake();
    }
  }

  /** All bytes of it have been handed over. */
  public void end() {
    tasks.add(new End(begun()));
    intake = null;
    wakeSoon();
  }

  /** No more bytes will come of what has begun, if something has: nothing is said of it any longer. */
  public void abandon() {
    if (intake != null) {
      tasks.add(new Abandon(intake));
      intake = null;
      wakeSoon();
    }
  }

  private Intake begun() {
    if (intake == null) {
      throw new IllegalStateException("nothing has begun");
    }
    return intake;
  }

  /** After what the event loop does now: one read may bring many small files. */
  private void wakeSoon() {
    if (waking) {
      return;
    }
    waking = true;
    try {
      loop.execute(() -> {
        waking = false;
        wake();
      });
    } catch (RejectedExecutionException e) {
      waking = false;
      wake();
    }
  }

  private void wake() {
    unannouncedBytes = 0;
    lastWakeNanos = System.nanoTime();
    if (working.compareAndSet(false, true)) {
      try {
        disk.execute(this::work);
      } catch (RejectedExecutionException e) {
        refuseAll();
      }
    }
  }

  /** On a disk thread, the only one that is here. */
  private void work() {
    do {
      long done = 0;
      for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
        done += work(task);
        if (done >= SHIFT_BYTES && makeWay()) {
          return; // and the next one announces
        }
      }
      outcomes.announce();
      working.set(false);
    } while (!tasks.isEmpty() && working.compareAndSet(false, true));
  }

  private boolean makeWay() {
    try {
      disk.execute(this::work);
      return true;
    } catch (RejectedExecutionException e) {
      return false; // the threads are to end when they have done what is there
    }
  }

  /** Returns how many bytes it was about. */
  private int work(Task task) {
    try {
      if (task instanceof Piece piece) {
        return work(piece);
      } else if (task instanceof End end) {
        end.intake().end();
      } else if (task instanceof Abandon abandon) {
        abandon.intake().abandon();
      }
    } catch (RuntimeException e) {
      log.error("a defect while a download was written", e);
    }
    return 0;
  }

  private int work(Piece piece) {
    try {
      piece.intake().take(piece.bytes());
      return piece.length();
    } finally {
      leave(piece.length());
    }
  }

  private void leave(int bytes) {
    allWaitingBytes.addAndGet(-bytes);
    long left = waitingBytes.addAndGet(-bytes);
    if (full && left < LOW_WATER_BYTES && resuming.compareAndSet(false, true)) {
      try {
        loop.execute(this::goOn);
      } catch (RejectedExecutionException e) {
        log.trace("the event loop ended before the download did", e);
      }
    }
  }

  /** On the event loop, when the disk's threads have ended. */
  private void refuseAll() {
    for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
      if (task instanceof Piece piece) {
        piece.bytes().release();
        leave(piece.length());
      } else if (task instanceof End end) {
        end.intake().refuse();
      } else if (task instanceof Abandon abandon) {
        abandon.intake().abandon();
      }
    }
    outcomes.announce();
    working.set(false);
  }

  private void goOn() {
    resuming.set(false);
    if (full && waitingBytes.get() < LOW_WATER_BYTES) {
      full = false;
      flow.resume();
    }
  }
}
