package io.pipewright.filetransfer.plain;

import io.pipewright.filetransfer.saving.SavedFile;
import java.io.IOException;

/** How a download in the plain dialect went. Unless it was saved, nothing is left on the disk. */
public sealed interface Fetched {

  /**
   * The connection ended in order after at least one byte.
   *
   * @param file what came
   */
  record Whole(SavedFile file) implements Fetched {}

  /** The connection ended in order without a byte: refused, missing, or an empty file. */
  record Nothing() implements Fetched {}

  /**
   * The server was silent for too long.
   *
   * @param bytes what had come until then
   */
  record TimedOut(long bytes) implements Fetched {}

  /**
   * The connection was reset or closed from our side.
   *
   * @param bytes what had come until then
   * @param cause why; {@code null} if all that is known is that it was closed
   */
  record Broken(long bytes, Throwable cause) implements Fetched {}

  /**
   * The disk refused.
   *
   * @param cause what it said
   */
  record NotSaved(IOException cause) implements Fetched {}
}
