package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.saving.ExistingFile;
import io.pipewright.filetransfer.saving.Sha256Sums;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What one command line wants.
 *
 * @param names files, or with {@code recursive} folders as well; an empty one is all that is served
 * @param folder where they go
 * @param recursive whether names may be folders
 * @param dryRun whether to do nothing but tell
 * @param atOnce how many of the names are under way at the same time; one if they are folders, or only looked at
 * @param json whether a program reads what is told
 * @param existing what happens to a file that is there
 * @param sha256 what the only file must have, in hexadecimal
 * @param sums what each file must have
 */
record GetPlan(
    List<String> names,
    Path folder,
    boolean recursive,
    boolean dryRun,
    int atOnce,
    boolean json,
    ExistingFile existing,
    Optional<String> sha256,
    Optional<Sha256Sums> sums) {

  GetPlan {
    names = List.copyOf(names);
  }
}
