package io.pipewright.filetransfer.download;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What came of asking for a file, as far as the answer was in order. */
public sealed interface Download {

  /** The name that was asked for. */
  String name();

  /**
   * The file is here, whole, under its final name.
   *
   * @param name the name that was asked for
   * @param file where it is
   * @param bytes its length
   * @param fetchedBytes how many bytes of content came over the line for it this time: fewer than {@code bytes} if the download
   *     was resumed, more if blocks had to be asked for again
   * @param took from being asked for until the file had its name
   * @param sha256 its SHA-256 in lower-case hexadecimal, if it was asked for
   */
  record Saved(
      String name, Path file, long bytes, long fetchedBytes, Duration took, Optional<String> sha256)
      implements Download {}

  /**
   * The file that was here stays as it is.
   *
   * @param name the name that was asked for
   * @param file the file that was here
   * @param reason the end of a sentence for a user
   */
  record Skipped(String name, Path file, String reason) implements Download {}

  /**
   * There is no file, and nothing was left behind.
   *
   * @param name the name that was asked for
   * @param reason the end of a sentence for a user
   */
  record Refused(String name, String reason) implements Download {}
}
