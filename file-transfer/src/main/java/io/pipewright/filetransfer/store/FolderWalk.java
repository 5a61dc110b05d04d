package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;

/** A way from the shared folder to a file in it that follows no link. */
interface FolderWalk extends Closeable {

  /**
   * Opens a file.
   *
   * @param name a name that is harmless by its spelling
   * @return the open file, or why it is not given
   * @throws IOException if the file system says no; {@link SharedFolder} puts it into words
   */
  Opening open(FileName name) throws IOException;

  /** Why a component on the way is no folder to walk through; {@code null} if it is one. */
  static Refused refuseFolder(BasicFileAttributes attributes) {
    if (attributes.isDirectory()) {
      return null;
    }
    return new Refused("a folder of it is " + kind(attributes));
  }

  /**
   * Why something is no file to give; {@code null} if it is one. It must be asked before opening: to
   * open a FIFO waits for its writer, and to open a device may do anything.
   */
  static Refused refuseFile(BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return null;
    }
    return new Refused("it is " + kind(attributes));
  }

  private static String kind(BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return "a link";
    }
    if (attributes.isDirectory()) {
      return "a folder";
    }
    return attributes.isRegularFile() ? "a file" : "a device, a FIFO or a socket";
  }
}
