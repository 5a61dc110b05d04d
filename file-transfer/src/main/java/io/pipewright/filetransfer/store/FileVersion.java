package io.pipewright.filetransfer.store;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * What tells one content of a file from another: {@value #BYTES} bytes that say nothing but whether they are equal. Two
 * looks at a file that give the same version saw the same bytes, as far as its store can know.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record FileVersion(long high, long low) {

  /** How many bytes a version has. */
  public static final int BYTES = 16;

  /** The version of a file that is no longer there. */
  public static final FileVersion GONE = new FileVersion(0, 0);

  /**
   * A version of those bytes.
   *
   * @param bytes exactly {@value #BYTES}
   * @throws IllegalArgumentException for another number of them
   */
  public static FileVersion of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a version has " + BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new FileVersion(in.getLong(), in.getLong());
  }

  /** The bytes, in an array of the caller's own. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  /** The bytes as 32 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
