package io.pipewright.filetransfer.store;

import io.pipewright.ConfigurationException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder whose files a server gives away: regular files in it and below it, and nothing else. A
 * link is never followed, wherever it leads; a folder, a FIFO, a socket or a device is never
 * opened.
 *
 * <p>The folder itself is opened once. If it is renamed, its files are served on; if another takes
 * its place, that one is not.
 *
 * <p>Thread-safe. Every method may block on the file system.
 */
public final class SharedFolder implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(SharedFolder.class);

  private final Path path;
  private final FolderWalk walk;

  private SharedFolder(Path path, FolderWalk walk) {
    this.path = path;
    this.walk = walk;
  }

  /**
   * Opens the folder.
   *
   * @param root an existing folder that this process may read; it may be a link to one
   * @return the open folder, which the caller closes
   * @throws ConfigurationException if it is no such folder
   */
  @SuppressWarnings("StreamResourceLeak") // the walk keeps the stream and closes it
  public static SharedFolder open(Path root) {
    try {
      Path real = root.toRealPath();
      DirectoryStream<Path> stream = Files.newDirectoryStream(real);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        return new SharedFolder(real, new SecureWalk(secure));
      }
      stream.close();
      return new SharedFolder(real, new CheckedWalk(real));
    } catch (NoSuchFileException e) {
      throw unusable(root, "there is no such folder");
    } catch (NotDirectoryException e) {
      throw unusable(root, "it is no folder");
    } catch (AccessDeniedException e) {
      throw unusable(root, "this process may not read it");
    } catch (IOException e) {
      throw unusable(root, "it cannot be read: " + e.getMessage());
    }
  }

  /** As {@link #open(Path)} on a system that cannot walk by handles. */
  static SharedFolder openChecked(Path root) throws IOException {
    Path real = root.toRealPath();
    return new SharedFolder(real, new CheckedWalk(real));
  }

  private static ConfigurationException unusable(Path root, String why) {
    return new ConfigurationException("root", root, "cannot share " + root + ": " + why);
  }

  /** The folder's real path at the time it was opened. */
  public Path path() {
    return path;
  }

  /**
   * Opens a file by its name.
   *
   * @param name bytes as they came from a peer
   * @return the open file, which the caller closes, or why it is not given
   */
  public Opening open(byte[] name) {
    Naming naming = FileName.parse(name);
    return naming instanceof FileName parsed ? open(parsed) : (Refused) naming;
  }

  /**
   * Opens a file by its name.
   *
   * @param name a name that is harmless by its spelling
   * @return the open file, which the caller closes, or why it is not given
   */
  public Opening open(FileName name) {
    try {
      return walk.open(name);
    } catch (NoSuchFileException e) {
      return new Refused("there is no such file");
    } catch (AccessDeniedException e) {
      return new Refused("this process may not read it");
    } catch (FileSystemException e) {
      return new Refused("the file system says: " + e.getReason());
    } catch (ClosedDirectoryStreamException e) {
      return new Refused("the server has ended");
    } catch (IOException
        | RuntimeException e) { // whatever a file system throws, the peer gets an answer
      return new Refused("the file system says: " + e);
    }
  }

  /** Closes the folder: nothing more is opened. Files that are open stay so. */
  @Override
  public void close() {
    try {
      walk.close();
    } catch (IOException e) {
      log.warn("the shared folder could not be closed: {}", e.toString());
    }
  }
}
