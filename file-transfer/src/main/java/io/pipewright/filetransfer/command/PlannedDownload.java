package io.pipewright.filetransfer.command;

import java.nio.file.Path;

/**
 * What a download would do.
 *
 * @param name the name as the server knows it
 * @param size its length in bytes
 * @param file where it would be
 * @param step what would become of it
 */
record PlannedDownload(String name, long size, Path file, Step step) {

  /** What there is to do for one file. */
  enum Step {
    FETCH("fetch"),
    OVERWRITE("overwrite"),
    RENAME("rename"),
    SKIP("skip"),
    REFUSE("refuse");

    private final String word;

    Step(String word) {
      this.word = word;
    }

    /** As it is printed. */
    @Override
    public String toString() {
      return word;
    }
  }
}
