package io.pipewright.filetransfer.download;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One file that is wanted. An immutable value.
 *
 * @param name the name as the server knows it, with folders if it has any: {@code a/b.txt}
 * @param folder an existing folder; the file is saved there under the last component of its name
 * @param listener is told what happens
 * @param sha256 what the file's SHA-256 must be, in lower-case hexadecimal; it is looked at before the file gets its name
 */
public record DownloadRequest(
    String name, Path folder, ProgressListener listener, Optional<String> sha256) {

  private static final int SHA256_DIGITS = 64;

  /**
   * @throws IllegalArgumentException if the SHA-256 is not 64 hexadecimal digits
   */
  public DownloadRequest {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(listener, "listener");
    sha256 = sha256.map(digits -> digits.toLowerCase(Locale.ROOT));
    sha256.ifPresent(DownloadRequest::checkDigits);
  }

  private static void checkDigits(String digits) {
    if (digits.length() != SHA256_DIGITS
        || !digits.chars().allMatch(digit -> Character.digit(digit, 16) >= 0 && digit < 128)) {
      throw new IllegalArgumentException(
          "a SHA-256 is 64 hexadecimal digits, not '" + digits + "'");
    }
  }

  /**
   * A file, whatever its SHA-256, with nobody listening.
   *
   * @param name the name as the server knows it
   * @param folder an existing folder
   * @return the request
   */
  public static DownloadRequest of(String name, Path folder) {
    return new DownloadRequest(name, folder, ProgressListener.NONE, Optional.empty());
  }

  /**
   * Somebody listens.
   *
   * @param listener is told what happens
   * @return this request with that listener
   */
  public DownloadRequest listener(ProgressListener listener) {
    return new DownloadRequest(name, folder, listener, sha256);
  }

  /**
   * The file must be this one.
   *
   * @param digits 64 hexadecimal digits
   * @return this request with that condition
   * @throws IllegalArgumentException if they are anything else
   */
  public DownloadRequest sha256(String digits) {
    return new DownloadRequest(name, folder, listener, Optional.of(digits));
  }
}
