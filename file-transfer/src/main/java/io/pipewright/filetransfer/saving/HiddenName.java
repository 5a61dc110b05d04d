package io.pipewright.filetransfer.saving;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What lies beside a file while it is fetched: {@code .NAME.pipewright-part} and {@code .NAME.pipewright-journal}. A name that
 * would not fit into 255 bytes with that is cut, and has a piece of its SHA-256 instead of its end.
 */
final class HiddenName {

  static final String PART = ".pipewright-part";
  static final String JOURNAL = ".pipewright-journal";

  /** Bytes of the digest that stand for the end of a name that is cut. */
  private static final int DIGEST_BYTES = 8;

  private HiddenName() {}

  /** Whether a name is one of these, whatever stands in its middle. */
  static boolean isOne(String name) {
    return name.startsWith(".") && (name.endsWith(PART) || name.endsWith(JOURNAL));
  }

  /** The name of the file that holds the bytes. */
  static String part(String name) {
    return hidden(name, PART);
  }

  /** The name of the file that says which of them are right. */
  static String journal(String name) {
    return hidden(name, JOURNAL);
  }

  /** The name of a file that is written in one go, which nobody will come back to. */
  static String passing(String name, String unique) {
    return hidden(name, "." + unique + PART);
  }

  private static String hidden(String name, String ending) {
    int room = SafeName.MAX_COMPONENT_BYTES - 1 - ending.length();
    if (name.length() * 3 <= room || bytes(name) <= room) {
      return "." + name + ending;
    }
    String digest = "~" + digest(name);
    return "." + cut(name, room - digest.length()) + digest + ending;
  }

  /** The longest beginning of a name, in whole characters, that fits. */
  static String cut(String name, int maxBytes) {
    int end = 0;
    int bytes = 0;
    while (end < name.length()) {
      int codePoint = name.codePointAt(end);
      bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return name.substring(0, end);
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String digest(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
