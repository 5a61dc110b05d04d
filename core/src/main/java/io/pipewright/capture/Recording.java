package io.pipewright.capture;

import io.pipewright.capture.CaptureEnd.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The way of packets from event loops to the disk: a queue that is bounded in bytes, and one thread that empties it into the
 * file. Who adds never waits.
 */
final class Recording implements Runnable {

  /** Behind everything that was added before the capture was closed. */
  private static final Packet STOP = new Packet.Datagram(0, null, ByteBuffer.allocate(0), 0);

  private final PcapFile file;
  private final long deadlineNanos;
  private final long maxQueuedBytes;
  private final Consumer<CaptureEnd> whenEnded;
  private final LinkedBlockingQueue<Packet> queue = new LinkedBlockingQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean open = true;

  Recording(
      PcapFile file, Duration maxDuration, long maxQueuedBytes, Consumer<CaptureEnd> whenEnded) {
    this.file = file;
    this.deadlineNanos = System.nanoTime() + saturatedNanos(maxDuration);
    this.maxQueuedBytes = maxQueuedBytes;
    this.whenEnded = whenEnded;
  }

  private static long saturatedNanos(Duration duration) {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
    return (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
  }

  /** Whether packets are still taken. */
  boolean isOpen() {
    return open;
  }

  /**
   * Makes room for a packet.
   *
   * @param contentBytes how much of its payload is recorded
   * @return whether there is room, to be used by {@link #add}; if not, the packet has been counted as dropped
   */
  boolean reserve(int contentBytes) {
    int cost = contentBytes + Packet.OVERHEAD_BYTES;
    if (queuedBytes.addAndGet(cost) <= maxQueuedBytes) {
      return true;
    }
    queuedBytes.addAndGet(-cost);
    dropped.increment();
    return false;
  }

  /** Adds a packet that room was made for. */
  void add(Packet packet) {
    queue.add(packet);
  }

  /** Takes no more; what was added is still written. */
  synchronized void stop() {
    if (open) {
      open = false;
      queue.add(STOP);
    }
  }

  @Override
  public void run() {
    Reason reason;
    Optional<Exception> failure = Optional.empty();
    try (PcapFile closed = file) {
      reason = record();
      closed.flush();
    } catch (IOException | InterruptedException | RuntimeException e) {
      reason = Reason.FAILED;
      failure = Optional.of(e);
    }
    open = false;
    if (reason == Reason.FAILED) {
      dropped.add(queue.stream().filter(lost -> lost != STOP).count() + file.batchedPackets());
    }
    queue.clear();
    whenEnded.accept(new CaptureEnd(reason, file.packets(), file.bytes(), dropped.sum(), failure));
  }

  private Reason record() throws IOException, InterruptedException {
    while (true) {
      Packet packet = next();
      if (packet == STOP) {
        return Reason.CLOSED;
      }
      if (packet == null) {
        return writeRest() ? Reason.MAX_DURATION : Reason.MAX_BYTES;
      }
      if (!write(packet)) {
        return Reason.MAX_BYTES;
      }
    }
  }

  /** The next packet, or {@code null} when the time is over. What was written is in the file before this waits. */
  private Packet next() throws IOException, InterruptedException {
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) {
      return null;
    }
    Packet packet = queue.poll();
    if (packet != null) {
      return packet;
    }
    file.flush();
    return queue.poll(left, TimeUnit.NANOSECONDS);
  }

  /** What was added before the time was over. */
  private boolean writeRest() throws IOException {
    stop();
    for (Packet packet = queue.poll(); packet != STOP && packet != null; packet = queue.poll()) {
      if (!write(packet)) {
        return false;
      }
    }
    return true;
  }

  private boolean write(Packet packet) throws IOException {
    queuedBytes.addAndGet(-(packet.content().remaining() + Packet.OVERHEAD_BYTES));
    return file.append(packet);
  }

  long dropped() {
    return dropped.sum();
  }
}
