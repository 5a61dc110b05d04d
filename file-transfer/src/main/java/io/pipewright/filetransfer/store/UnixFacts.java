package io.pipewright.filetransfer.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** Facts with {@code ctime}, which Java tells only of a path, and only on Unix. */
final class UnixFacts {

  private static final boolean SUPPORTED =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private UnixFacts() {}

  /** What a path leads to just now; {@code null} if nothing is there or the system cannot say. */
  static Facts at(Path path) {
    if (!SUPPORTED) {
      return null;
    }
    try {
      return Facts.of(Files.readAttributes(path, Facts.UNIX_ATTRIBUTES, NOFOLLOW_LINKS));
    } catch (IOException e) {
      return null;
    }
  }
}
