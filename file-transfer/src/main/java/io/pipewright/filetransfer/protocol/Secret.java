package io.pipewright.filetransfer.protocol;

import io.pipewright.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a client shows to be let in. It has value semantics, and no text of it ever holds the bytes. Immutable.
 *
 * <p>It proves nothing about the server and is sent as it is: over a line that is not encrypted everybody on the way has it.
 */
public final class Secret {

  /** The most bytes of a secret. */
  public static final int MAX_BYTES = 1_024;

  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A secret of any bytes.
   *
   * @param bytes 1 to {@value #MAX_BYTES} of them, which are copied
   * @throws ConfigurationException if there are none or more
   */
  public static Secret of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new ConfigurationException(
          "secret",
          bytes.length + " bytes",
          "must have 1 to " + MAX_BYTES + " bytes, not " + bytes.length);
    }
    return new Secret(bytes.clone());
  }

  /**
   * A secret of text, as UTF-8.
   *
   * @throws ConfigurationException if it has no byte, or more than {@value #MAX_BYTES}
   */
  public static Secret of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * Whether these are the bytes of this secret. How long it takes tells nothing about either but the length of what was shown.
   *
   * @param shown what a peer has shown
   */
  public boolean matches(byte[] shown) {
    return MessageDigest.isEqual(digest(bytes), digest(shown));
  }

  private static byte[] digest(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && matches(secret.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * bytes.length; // of the bytes themselves nothing is told
  }

  /** The length alone. */
  @Override
  public String toString() {
    return "Secret[" + bytes.length + " bytes]";
  }
}
