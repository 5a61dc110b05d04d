package io.pipewright.filetransfer.store;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Makes a path of one component whose bytes on disk are UTF-8 whatever the locale is. {@link
 * Path#of(String, String...)} translates by the locale, and under {@code LC_ALL=C} knows nothing
 * beyond ASCII; a {@code file:} URI hands its escaped bytes to the file system as they are.
 */
public final class NativePath {

  private NativePath() {}

  /**
   * Makes a path of a name.
   *
   * @param component a component of a {@link FileName}, or anything else without a slash or a NUL
   * @return a relative path of one element
   */
  public static Path of(String component) {
    byte[] utf8 = component.getBytes(StandardCharsets.UTF_8);
    if (utf8.length == component.length()) {
      return Path.of(component);
    }
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : utf8) {
      uri.append('%').append(hexDigit(b >> 4)).append(hexDigit(b));
    }
    return Path.of(URI.create(uri.toString())).getFileName();
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value & 0xF, 16));
  }
}
