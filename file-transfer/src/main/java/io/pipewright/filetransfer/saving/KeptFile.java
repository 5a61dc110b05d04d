package io.pipewright.filetransfer.saving;

import java.nio.file.Path;

/**
 * Something had the final name already and stays, as {@link ExistingFile#SKIP} has it. Nothing of the new file is left.
 *
 * @param path what stays
 */
public record KeptFile(Path path) implements Placement {}
