package io.pipewright.filetransfer.saving;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Something that the disk may refuse, and what a user is told then. */
@FunctionalInterface
interface DiskCall<T> {

  T call() throws IOException;

  /** As {@link DiskCall}, of which nothing comes. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /**
   * Calls it.
   *
   * @param path what it is about, asked for only if it is refused
   * @throws NotWritableException in place of an {@code IOException}
   */
  static <T> T run(Supplier<Path> path, DiskCall<T> call) {
    try {
      return call.call();
    } catch (IOException e) {
      throw new NotWritableException(path.get(), e);
    }
  }

  static void run(Supplier<Path> path, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new NotWritableException(path.get(), e);
    }
  }
}
