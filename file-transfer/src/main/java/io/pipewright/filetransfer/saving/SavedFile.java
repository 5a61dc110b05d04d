package io.pipewright.filetransfer.saving;

import java.nio.file.Path;

/**
 * A download that is whole and has its final name.
 *
 * @param path where it is
 * @param bytes its length
 */
public record SavedFile(Path path, long bytes) implements Placement {}
