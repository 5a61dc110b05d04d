package io.pipewright.filetransfer.saving;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * An open folder in which files are made, by names of one component. No method follows a link. Thread-safe; every method
 * blocks on the file system.
 */
interface Folder extends Closeable {

  /** To write a file that is not there yet. */
  Set<OpenOption> NEW =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, NOFOLLOW_LINKS);

  /** To read a file that is there. */
  Set<OpenOption> READ = Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);

  /** To read and write a file, which is made if it is not there. */
  Set<OpenOption> READ_AND_WRITE = Set.of(
      StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE, NOFOLLOW_LINKS);

  /** Where it was when it was opened. */
  Path path();

  /** Whether nothing was in it when it was opened. */
  boolean wasEmpty();

  /**
   * Opens a file in it.
   *
   * @param name one component
   * @param how one of {@link #NEW}, {@link #READ} and {@link #READ_AND_WRITE}
   */
  FileChannel open(Path name, Set<OpenOption> how) throws IOException;

  /** What has a name here, the link itself if it is one; nothing if the name is free. */
  Optional<BasicFileAttributes> find(Path name) throws IOException;

  /** Gives a file another name in one step, replacing the file that has it. */
  void rename(Path from, Path to) throws IOException;

  /**
   * Gives a file another name in one step, unless something has it.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has it
   */
  void renameExclusively(Path from, Path to) throws IOException;

  /** Sets when a file was last modified, in nanoseconds where the file system keeps them. */
  default void setLastModified(Path name, Instant lastModified) throws IOException {
    // by its path: handles know microseconds only. At worst, a file of the same hidden name
    // elsewhere gets the time
    Files.getFileAttributeView(path().resolve(name), BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .setTimes(FileTime.from(lastModified), FileTime.from(Instant.now()), null);
  }

  /** Removes a file, if it is there. */
  void delete(Path name) throws IOException;

  /**
   * Opens a folder in this one.
   *
   * @param name one component
   * @param create whether it is made if it is not there
   * @throws java.nio.file.NoSuchFileException if it is not there and not to be made
   * @throws java.nio.file.NotDirectoryException if it is no folder, or a link to one
   */
  Folder child(Path name, boolean create) throws IOException;

  /** Whether a name stands in this folder in that very spelling, on a file system that may take others for it. */
  boolean lists(Path name) throws IOException;

  /** Waits until the names in this folder would survive a power cut, where the system can do that. */
  void force() throws IOException;
}
