package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.store.NativePath;
import java.nio.file.Path;

/** A path with the characters that its file has, also where the locale makes Java lose them. */
final class ShownPath {

  private ShownPath() {}

  static String of(Path path) {
    Path folder = path.getParent();
    Path name = path.getFileName();
    if (name == null) {
      return path.toString();
    }
    String last = NativePath.name(name).orElseGet(name::toString);
    if (folder == null) {
      return last;
    }
    String before = of(folder);
    String separator = path.getFileSystem().getSeparator();
    return before.endsWith(separator) ? before + last : before + separator + last;
  }
}
