package io.pipewright.filetransfer.store;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tells one state of a file's bytes from every other that its store has or had: {@value #BYTES}
 * opaque bytes. Equal versions of one store mean equal bytes; unequal ones need not mean unequal
 * bytes.
 *
 * @param high the first eight bytes
 * @param low the other eight
 */
public record FileVersion(long high, long low) {

  /** The length of a version in bytes. */
  public static final int BYTES = 16;

  /** What {@link StoredFile#currentVersion} says of a name that has no file any more. No file has it. */
  public static final FileVersion GONE = new FileVersion(0, 0);

  /**
   * A version from its bytes.
   *
   * @param bytes as {@link #toBytes()} gave them
   * @throws IllegalArgumentException if they are not {@value #BYTES}
   */
  public static FileVersion of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a version has " + BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new FileVersion(buffer.getLong(), buffer.getLong());
  }

  /**
   * The version that stands for some facts: the beginning of their SHA-256.
   *
   * @param facts whatever tells the states of a store's files apart: an inode and its times, an
   *     object's tag, the bytes themselves
   */
  public static FileVersion ofFacts(byte[] facts) {
    ByteBuffer digest = ByteBuffer.wrap(sha256().digest(facts));
    return new FileVersion(digest.getLong(), digest.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The version's bytes, as they travel. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  /** The bytes in hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
