package io.pipewright.filetransfer;

import java.nio.file.Path;
import java.time.Duration;

/** What came of asking a server for a file, as far as the answer was in order. */
public sealed interface Download {

  /** The name that was asked for. */
  String name();

  /**
   * The file is here, whole, under its final name.
   *
   * @param name the name that was asked for
   * @param file where it is
   * @param bytes its length
   * @param took from the connection's opening until the file had its name
   */
  record Saved(String name, Path file, long bytes, Duration took) implements Download {}

  /**
   * There is no file, and nothing was left behind.
   *
   * @param name the name that was asked for
   * @param reason the end of a sentence for a user
   */
  record Refused(String name, String reason) implements Download {}
}
