package io.pipewright.filetransfer.sending;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How large the pieces of a file may be that wait in memory, so that many transfers together keep to a bound, however many of
 * their peers have stopped reading: the more there are, the smaller. A transfer holds two stretches at most. Thread-safe.
 *
 * <p>Those that were given more before there were many keep what they have: n transfers hold at most the bound times (1 + ln n)
 * in all, before the least size counts.
 */
public final class BufferShare {

  private static final int LEAST_BYTES = 16 << 10;
  private static final int PIECE_BYTES = 128 << 10;
  private static final int STRETCHES = 2;
  private static final long MOST_BYTES = 64 << 20;
  private static final int PART_OF_HEAP = 8;

  private final long bytes;
  private final AtomicInteger transfers = new AtomicInteger();

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

  /** One more transfer. */
  public void join() {
    transfers.incrementAndGet();
  }

  /** One less. */
  public void leave() {
    transfers.decrementAndGet();
  }

  /** How many bytes one transfer may make ready at once: 16 KiB at least. */
  public int stretchBytes(int most) {
    long share = bytes / STRETCHES / Math.max(1, transfers.get());
    return share >= most ? most : (int) Math.max(LEAST_BYTES, Math.min(PIECE_BYTES, share));
  }

  /** How long one piece of a stretch may be. */
  static int pieceBytes(int left) {
    return Math.min(PIECE_BYTES, left);
  }
}
