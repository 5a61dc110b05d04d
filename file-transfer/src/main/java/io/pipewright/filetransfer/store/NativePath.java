package io.pipewright.filetransfer.store;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Translates between names and paths of one component whose bytes on disk are UTF-8 whatever the
 * locale is. {@link Path#of(String, String...)} and {@link Path#toString()} translate by the locale,
 * and under {@code LC_ALL=C} know nothing beyond ASCII; a {@code file:} URI has the bytes as they are.
 */
public final class NativePath {

  private static final boolean LOCALE_IS_UTF_8 =
      "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
  private static final char REPLACEMENT = '\uFFFD';

  private NativePath() {}

  /**
   * Makes a path of a name.
   *
   * @param component a component of a {@link FileName}, or anything else without a slash or a NUL
   * @return a relative path of one element
   */
  public static Path of(String component) {
    if (LOCALE_IS_UTF_8 || isAscii(component)) {
      return Path.of(component);
    }
    byte[] utf8 = component.getBytes(StandardCharsets.UTF_8);
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : utf8) {
      uri.append('%').append(hexDigit(b >> 4)).append(hexDigit(b));
    }
    return Path.of(URI.create(uri.toString())).getFileName();
  }

  /**
   * The name that a path ends with.
   *
   * @param path what a folder says to hold, or a link to lead to
   * @return its last component; empty if its bytes are not UTF-8
   */
  public static Optional<String> name(Path path) {
    String name = path.getFileName().toString();
    if (isAscii(name) || (LOCALE_IS_UTF_8 && name.indexOf(REPLACEMENT) < 0)) {
      return Optional.of(name);
    }
    String escaped = path.getFileName().toUri().getRawPath();
    int end = escaped.endsWith("/") ? escaped.length() - 1 : escaped.length(); // a folder has one
    return unescaped(escaped.substring(escaped.lastIndexOf('/', end - 1) + 1, end));
  }

  private static Optional<String> unescaped(String escaped) {
    ByteBuffer bytes = ByteBuffer.allocate(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        bytes.put((byte) Integer.parseInt(escaped, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value & 0xF, 16));
  }
}
