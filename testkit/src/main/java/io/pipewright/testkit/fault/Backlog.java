package io.pipewright.testkit.fault;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What has come and is not delivered yet: bytes that are still collected, then what is due when. */
final class Backlog {

  /**
   * Bytes to deliver, or something to do when all before it is delivered.
   *
   * @param bytes empty if it is something to do
   * @param action null if it is bytes
   */
  record Item(ByteBuffer bytes, Runnable action, long dueNanos) {}

  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  private final Deque<Item> items = new ArrayDeque<>();
  private final List<ByteBuffer> collected = new ArrayList<>();
  private int collectedBytes;
  private int waitingBytes;
  private long collectingSinceNanos;

  boolean isEmpty() {
    return items.isEmpty() && collected.isEmpty();
  }

  /** Bytes, collected or due. */
  int bytes() {
    return collectedBytes + waitingBytes;
  }

  int collectedBytes() {
    return collectedBytes;
  }

  /** Since when bytes are being collected, if any are. */
  long collectingSinceNanos() {
    return collectingSinceNanos;
  }

  /** Adds to what is collected. */
  void collect(ByteBuffer bytes, long nowNanos) {
    if (collected.isEmpty()) {
      collectingSinceNanos = nowNanos;
    }
    collected.add(bytes);
    collectedBytes += bytes.remaining();
  }

  /** Lets go of what is collected, as one. */
  void release(long dueNanos) {
    if (collected.isEmpty()) {
      return;
    }
    ByteBuffer together = collected.get(0);
    if (collected.size() > 1) {
      together = ByteBuffer.allocate(collectedBytes);
      collected.forEach(together::put);
      together.flip();
    }
    collected.clear();
    collectedBytes = 0;
    add(together, dueNanos);
  }

  void add(ByteBuffer bytes, long dueNanos) {
    waitingBytes += bytes.remaining();
    items.add(new Item(bytes, null, dueNanos));
  }

  void add(Runnable action, long dueNanos) {
    items.add(new Item(NO_BYTES, action, dueNanos));
  }

  /** What is next, or null. */
  Item peek() {
    return items.peek();
  }

  /** Takes note that so many of the next bytes are delivered. */
  void delivered(int bytes) {
    waitingBytes -= bytes;
    if (!items.element().bytes().hasRemaining()) {
      items.remove();
    }
  }

  /** Removes the next, which was something to do. */
  void done() {
    items.remove();
  }

  /** Forgets all; returns how many bytes that were. */
  int clear() {
    int bytes = bytes();
    items.clear();
    collected.clear();
    collectedBytes = 0;
    waitingBytes = 0;
    return bytes;
  }
}
