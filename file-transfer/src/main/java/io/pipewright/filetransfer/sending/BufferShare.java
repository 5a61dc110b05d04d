package io.pipewright.filetransfer.sending;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for bytes of files that wait to be sent, shared by what its users hold: who wants some is offered a part of what
 * is free just now. So those who hold little leave the rest to others, however many they are and whether or not their peers
 * read. Thread-safe.
 *
 * <p>Everybody is offered 16 KiB, for all have to get on: n users who hold one stretch each have at most the bound and n times
 * 16 KiB.
 */
public final class BufferShare {

  private static final int LEAST_BYTES = 16 << 10;
  private static final long MOST_BYTES = 64 << 20;
  private static final int PART_OF_HEAP = 8;

  /** Two hundred who take this part and stop leave half of the memory to others. */
  private static final int PART_FOR_ANYBODY = 256;

  private static final int PART_FOR_THE_QUICK = 4;

  private final long bytes;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param bytes the bound
   */
  BufferShare(long bytes) {
    this.bytes = bytes;
  }

  /** An eighth of what the JVM may use, 64 MiB at most. */
  public static BufferShare ofThisJvm() {
    return new BufferShare(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
  }

  /**
   * How much may be taken for a peer of which nothing is known. It is only an offer: {@link #take} takes it.
   *
   * @param most what is wanted
   * @return this, or less: 16 KiB at least, and a multiple of it
   */
  public int offer(int most) {
    return offer(most, PART_FOR_ANYBODY);
  }

  /** How much may be taken for a peer that has shown to let go of it soon; otherwise as {@link #offer(int)}. */
  int offerTheQuick(int most) {
    return offer(most, PART_FOR_THE_QUICK);
  }

  private int offer(int most, int part) {
    long offered = (bytes - held.get()) / part;
    return offered >= most
        ? most
        : (int) Math.min(most, Math.max(LEAST_BYTES, offered / LEAST_BYTES * LEAST_BYTES));
  }

  /** Whether at least half of the memory is free. */
  public boolean isPlentiful() {
    return held.get() <= bytes / 2;
  }

  /** So many bytes are held from now on, whether they were offered or not. */
  public void take(int taken) {
    held.addAndGet(taken);
  }

  /** So many of the bytes that were taken are no longer held. */
  public void letGo(int left) {
    held.addAndGet(-left);
  }

  /** How many bytes are held now. */
  long heldBytes() {
    return held.get();
  }
}
