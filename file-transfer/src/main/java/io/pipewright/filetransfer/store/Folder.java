package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A folder that is open. Nothing here ever follows a link. */
interface Folder {

  /** Means the folder itself, where a component's name is asked for. */
  String ITSELF = ".";

  /** Where the folder was when it was opened; who goes there may find another. */
  Path path();

  /**
   * Looks at something in the folder, as exactly as the system can tell.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there
   */
  Facts facts(String component) throws IOException;

  /**
   * Looks at something that will be passed: which it is and what it is will do.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there
   */
  Facts glance(String component) throws IOException;

  /**
   * Looks again. If nothing has changed this may take less time than {@link #facts}.
   *
   * @param before what was seen
   */
  default Facts again(String component, Facts before) throws IOException {
    return before.equals(UnixFacts.at(path().resolve(NativePath.of(component))))
        ? before
        : facts(component);
  }

  /** Whether this is how the folder spells the name, and not one that the system takes for it. */
  boolean spells(String component, Facts facts) throws IOException;

  /** Where a link leads, as it says itself. */
  Path linkTarget(String component) throws IOException;

  /**
   * Opens a folder in it.
   *
   * @param facts what was seen there
   */
  Folder folder(String component, Facts facts) throws IOException;

  /**
   * Opens a file in it for reading. Whoever calls has looked at it before: to open a FIFO waits for
   * its writer, and to open a device may do anything.
   */
  FileChannel file(String component) throws IOException;

  /** Hands over each name in it, once and in no order; those that are not UTF-8 are left out. */
  void names(Consumer<String> taker) throws IOException;

  /** The same folder in another's care, who closes it: {@link #leave} leaves it open. This one is not used any more. */
  Folder staying();

  /** Closes the folder, unless it {@linkplain #staying stays}, as the outermost one does. */
  void leave() throws IOException;

  /** Closes the folder. */
  void close() throws IOException;
}
