package io.pipewright.filetransfer.saving;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * A folder known by its path, for systems without handles of folders. A link that is there is not followed; unlike {@link
 * SecureFolder}, this cannot stop somebody who exchanges a folder for a link between the look and the opening.
 */
final class CheckedFolder implements Folder {

  private static final boolean WINDOWS = File.separatorChar == '\\';

  private final Path path;
  private final boolean wasEmpty;

  /**
   * @param path a real path
   */
  CheckedFolder(Path path) throws IOException {
    this(path, isEmpty(path));
  }

  private static boolean isEmpty(Path path) throws IOException {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(path)) {
      return !names.iterator().hasNext();
    }
  }

  private CheckedFolder(Path path, boolean wasEmpty) {
    this.path = path;
    this.wasEmpty = wasEmpty;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public boolean wasEmpty() {
    return wasEmpty;
  }

  @Override
  public FileChannel open(Path name, Set<OpenOption> how) throws IOException {
    return FileChannel.open(path.resolve(name), how);
  }

  @Override
  public Optional<BasicFileAttributes> find(Path name) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(path.resolve(name), BasicFileAttributes.class, NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Windows moves exclusively if it is not told otherwise; other systems have hard links. */
  @Override
  public void renameExclusively(Path from, Path to) throws IOException {
    if (WINDOWS) {
      Files.move(path.resolve(from), path.resolve(to));
    } else {
      Files.createLink(path.resolve(to), path.resolve(from));
      Files.delete(path.resolve(from));
    }
  }

  @Override
  public void delete(Path name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
  }

  @Override
  public Folder child(Path name, boolean create) throws IOException {
    Path child = path.resolve(name);
    Optional<BasicFileAttributes> there = find(name);
    boolean made = false;
    if (there.isEmpty() && create) {
      try {
        Files.createDirectory(child);
        made = true;
      } catch (FileAlreadyExistsException e) {
        // somebody was faster
      }
      there = find(name);
    }
    if (there.isEmpty()) {
      throw new NoSuchFileException(child.toString());
    }
    if (!there.get().isDirectory()) {
      throw new NotDirectoryException(child.toString());
    }
    return new CheckedFolder(child, made);
  }

  @Override
  public boolean lists(Path name) throws IOException {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(path)) {
      for (Path other : names) {
        // not by equals: paths of Windows are equal in any case
        if (other.getFileName().toString().equals(name.toString())) {
          return true;
        }
      }
      return false;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void force() throws IOException {
    if (WINDOWS) {
      return; // it does not open folders, and keeps their names in its own journal
    }
    try (FileChannel self = FileChannel.open(path, StandardOpenOption.READ)) {
      self.force(true);
    }
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
