package io.pipewright.address;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A Unix domain socket of this machine, written {@code unix:/run/echo.sock}.
 *
 * @param path the socket's file
 */
public record UnixPath(Path path) implements Endpoint {

  /** How an endpoint of this kind begins. */
  public static final String SCHEME = "unix:";

  /** What {@code sun_path} holds on Linux, less its final zero; other systems have a few less. */
  private static final int MAX_BYTES = 107;

  /**
   * @throws IllegalArgumentException if the path is empty or too long for the kernel
   */
  public UnixPath {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0) {
      throw new IllegalArgumentException("the path is missing: write unix:PATH");
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a Unix socket's path has at most " + MAX_BYTES + " bytes, not " + bytes);
    }
  }

  static boolean isOne(String text) {
    return text.trim().startsWith(SCHEME);
  }

  static UnixPath parse(String text) {
    String path = text.trim().substring(SCHEME.length());
    try {
      return new UnixPath(Path.of(path));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + path + "' is no path: " + e.getReason(), e);
    }
  }

  /** {@code unix:PATH}, as {@link Endpoint#parse} reads it. */
  @Override
  public String toString() {
    return SCHEME + path;
  }
}
