package io.pipewright.filetransfer.saving;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A folder held by a handle: whoever exchanges a folder on its path for a link, at whatever moment, leads nothing outside.
 *
 * <p>Java gives no {@code mkdirat} and no {@code linkat}. So a new folder is made in the outermost one, under a hidden name, and
 * moved to its place by handles; and a hard link is made by paths, which at worst puts one more name of our own file somewhere, never
 * in place of another file.
 */
final class SecureFolder implements Folder {

  private static final Path SELF = Path.of(".");

  private final Path path;
  private final SecureDirectoryStream<Path> handle;
  private final SecureFolder outermost;
  private final boolean wasEmpty;

  private SecureFolder(
      Path path, SecureDirectoryStream<Path> handle, SecureFolder outermost, boolean wasEmpty) {
    this.path = path;
    this.handle = handle;
    this.outermost = outermost == null ? this : outermost;
    this.wasEmpty = wasEmpty;
  }

  /**
   * Opens a folder by its path.
   *
   * @param path a real path
   * @return the folder, or nothing on a system without handles
   */
  @SuppressWarnings("StreamResourceLeak") // the folder keeps the stream and closes it
  static Optional<Folder> open(Path path) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(path);
    if (stream instanceof SecureDirectoryStream<Path> handle) {
      return Optional.of(new SecureFolder(path, handle, null, isEmpty(handle)));
    }
    stream.close();
    return Optional.empty();
  }

  private static boolean isEmpty(SecureDirectoryStream<Path> handle) throws IOException {
    boolean looked = false;
    try (DirectoryStream<Path> names =
        handle.newDirectoryStream(SELF)) { // a handle lists only once
      boolean empty = !names.iterator().hasNext();
      looked = true;
      return empty;
    } finally {
      if (!looked) {
        handle.close();
      }
    }
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
    return (FileChannel) handle.newByteChannel(name, how);
  }

  @Override
  public Optional<BasicFileAttributes> find(Path name) throws IOException {
    try {
      return Optional.of(handle
          .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
          .readAttributes());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    handle.move(from, handle, to);
  }

  @Override
  public void renameExclusively(Path from, Path to) throws IOException {
    try {
      Files.createLink(path.resolve(to), path.resolve(from));
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      renameOntoPlaceholder(from, to, e);
      return;
    }
    if (find(to).isEmpty()) {
      throw new FileSystemException(path.toString(), null, "the folder is another one by now");
    }
    handle.deleteFile(from);
  }

  /** For file systems without hard links: an empty file takes the name first, which nobody else can take from then on. */
  private void renameOntoPlaceholder(Path from, Path to, Exception why) throws IOException {
    try {
      open(to, NEW).close();
    } catch (IOException e) {
      e.addSuppressed(why);
      throw e;
    }
    rename(from, to);
  }

  @Override
  public void delete(Path name) throws IOException {
    try {
      handle.deleteFile(name);
    } catch (NoSuchFileException e) {
      // it is as it was to be
    }
  }

  @Override
  public Folder child(Path name, boolean create) throws IOException {
    Optional<BasicFileAttributes> there = find(name);
    boolean made = false;
    if (there.isEmpty()) {
      if (!create) {
        throw new NoSuchFileException(path.resolve(name).toString());
      }
      made = make(name);
    } else if (!there.get().isDirectory()) {
      throw new NotDirectoryException(path.resolve(name).toString());
    }
    return new SecureFolder(
        path.resolve(name), handle.newDirectoryStream(name, NOFOLLOW_LINKS), outermost, made);
  }

  /** Returns whether nobody else was faster. */
  private boolean make(Path name) throws IOException {
    if (outermost == this) {
      return createUnlessThere(path.resolve(name));
    }
    Path hidden = NativePath.of("." + UUID.randomUUID() + HiddenName.PART);
    Files.createDirectory(outermost.path.resolve(hidden));
    try {
      outermost.handle.move(hidden, handle, name);
      return true;
    } catch (AtomicMoveNotSupportedException e) {
      outermost.handle.deleteDirectory(hidden);
      return createUnlessThere(path.resolve(name)); // another file system is mounted on the way
    } catch (IOException e) {
      outermost.handle.deleteDirectory(hidden);
      if (find(name).isEmpty()) { // else somebody was faster
        throw e;
      }
      return false;
    }
  }

  private static boolean createUnlessThere(Path path) throws IOException {
    try {
      Files.createDirectory(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false; // somebody was faster; whether it is a folder is found out when it is opened
    }
  }

  @Override
  public boolean lists(Path name) throws IOException {
    try (DirectoryStream<Path> names =
        handle.newDirectoryStream(SELF)) { // a handle lists only once
      for (Path other : names) {
        if (other.getFileName().equals(name)) {
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
    try (FileChannel self = open(SELF, READ)) {
      self.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
