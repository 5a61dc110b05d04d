package io.pipewright.filetransfer.block;

/**
 * The grid: every file is cut at the multiples of {@value #BYTES} bytes from its start. The last block may be shorter; an
 * empty file has no block.
 *
 * <pre>
 *   position   0          1048576     2097152   2600000 = size
 *              ├───────────┼───────────┼─────────┤
 *   index      │     0     │     1     │    2    │     count 3
 * </pre>
 *
 * Positions and sizes are bytes and not negative. All methods are pure.
 */
public final class Blocks {

  /** The length of every block but a file's last: 1 MiB. */
  public static final int BYTES = 1 << 20;

  private Blocks() {}

  /** How many blocks a file of that size has. */
  public static long count(long size) {
    checkNotNegative("size", size);
    return (size >>> 20) + ((size & (BYTES - 1)) == 0 ? 0 : 1);
  }

  /** The index of the block that holds the byte at that position. */
  public static long of(long position) {
    checkNotNegative("position", position);
    return position >>> 20;
  }

  /**
   * Where a block begins.
   *
   * @throws ArithmeticException if no file can be long enough to have that block
   */
  public static long offset(long index) {
    checkNotNegative("index", index);
    return Math.multiplyExact(index, (long) BYTES);
  }

  /**
   * How long a block of a file is: {@value #BYTES}, or less for the last.
   *
   * @param index 0 to {@code count(size) - 1}
   * @param size the file's
   * @throws IndexOutOfBoundsException if a file of that size has no such block
   */
  public static int length(long index, long size) {
    if (index < 0 || index >= count(size)) {
      throw new IndexOutOfBoundsException("a file of " + size + " bytes has no block " + index);
    }
    return (int) Math.min(BYTES, size - offset(index));
  }

  /** How many bytes lie between a position and the next line of the grid: 1 to {@value #BYTES}. */
  public static int toNextLine(long position) {
    checkNotNegative("position", position);
    return BYTES - (int) (position & (BYTES - 1));
  }

  private static void checkNotNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " is " + value + ", less than nothing");
    }
  }
}
