package io.pipewright.filetransfer.store;

import io.pipewright.ConfigurationException;
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
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of the file system whose files a server gives away: regular files in it and below it, and
 * nothing else. No link is followed that leads out of it; a folder, a FIFO, a socket or a device is
 * never opened. What else is given says its {@link SharingPolicy}.
 *
 * <p>The folder itself is opened once. If it is renamed, its files are served on; if another takes
 * its place, that one is not.
 *
 * <p>Where Java walks by handles, nobody who renames folders or plants links can lead a name out. Who
 * may write in the folder can hold up a worker, though, by putting a FIFO in a file's place in the
 * very moment of its opening: share no folder that strangers may write in.
 *
 * <p>Thread-safe. Every method may block on the file system.
 */
public final class SharedFolder implements FileStore {

  private static final Logger log = LoggerFactory.getLogger(SharedFolder.class);

  private final Folder root;
  private final SharingPolicy policy;
  private final Runs runs;

  /** Takes over the folder. */
  SharedFolder(Folder root, SharingPolicy policy) {
    this(root, policy, new Runs(Runs.DEFAULT_NAMES));
  }

  /** With a bound that tests reach. */
  SharedFolder(Folder root, SharingPolicy policy, Runs runs) {
    this.runs = runs;
    this.root = root;
    this.policy = policy;
  }

  /**
   * Opens the folder.
   *
   * @param root an existing folder that this process may read; it may be a link to one
   * @param policy what of it is given
   * @return the open folder, which the caller closes
   * @throws ConfigurationException if it is no such folder
   */
  @SuppressWarnings("StreamResourceLeak") // the folder keeps the stream and closes it
  public static SharedFolder open(Path root, SharingPolicy policy) {
    try {
      Path real = root.toRealPath();
      DirectoryStream<Path> stream = Files.newDirectoryStream(real);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        return new SharedFolder(SecureFolder.outermost(real, secure), policy);
      }
      stream.close();
      return new SharedFolder(new PathFolder(real), policy);
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

  private static ConfigurationException unusable(Path root, String why) {
    return new ConfigurationException("root", root, "cannot share " + root + ": " + why);
  }

  /** The folder's real path at the time it was opened. */
  public Path path() {
    return root.path();
  }

  @Override
  public Opening open(FileName name) {
    return open(name, Walk.Door.OPENING, true);
  }

  /** {@inheritDoc} Folders on the way to the last few files are held open until it ends. */
  @Override
  public Visit visit() {
    KeptFolders folders = new KeptFolders();
    return new Visit() {
      @Override
      public Opening open(FileName name) {
        return SharedFolder.this.open(name, folders, false);
      }

      @Override
      public void close() {
        folders.close();
      }
    };
  }

  private Opening open(FileName name, Walk.Door door, boolean confirms) {
    try {
      Located located = new Walk(root, policy, door, name.components()).go();
      if (located instanceof Place place) {
        try (place) {
          return new Opener(this, name, place, confirms).open();
        }
      }
      return (Refused) located;
    } catch (IOException | RuntimeException e) {
      return refusal(e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Names that nobody can ask for are not listed: those that are not UTF-8, that have a backslash
   * or a control character, that with their folders are longer than {@link FileName#MAX_BYTES}; nor
   * are hidden ones and links that the policy does not give. A file is listed that this process may
   * not read. An entry that comes or goes while the pages are asked for may be missed.
   */
  @Override
  public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page has 1 entry or more, not " + limit);
    }
    try {
      Located located = locate(folder.map(FileName::components).orElse(List.of()));
      if (!(located instanceof Place place)) {
        return (Refused) located;
      }
      try (place) {
        return place.facts().kind() == Facts.Kind.FOLDER
            ? new Page(this, runs, folder, place).list(after, limit)
            : new Refused("it is " + place.facts().kind().words);
      }
    } catch (IOException | RuntimeException e) {
      return refusal(e);
    }
  }

  private Located locate(List<String> way) throws IOException {
    return new Walk(root, policy, Walk.Door.OPENING, way).go();
  }

  /** Whatever a file system throws, the peer gets an answer. */
  private static Refused refusal(Exception e) {
    if (e instanceof NoSuchFileException) {
      return new Refused("there is no such file");
    }
    if (e instanceof AccessDeniedException) {
      return new Refused("this process may not read it");
    }
    if (e instanceof ClosedDirectoryStreamException) {
      return new Refused("the server has ended");
    }
    if (e instanceof FileSystemException said && said.getReason() != null) {
      return new Refused("the file system says: " + said.getReason());
    }
    return new Refused("the file system says: " + e);
  }

  /** Whether the policy lets a name be given. */
  boolean gives(String component) {
    return policy.gives(component);
  }

  /** What a link leads to, if it is to be given. */
  Optional<Facts> behindLink(FileName link) {
    if (!policy.followLinksInside()) {
      return Optional.empty();
    }
    try {
      return facts(link);
    } catch (IOException | RuntimeException e) { // it dangles, leads out, or may not be read
      return Optional.empty();
    }
  }

  /** Facts of a file or a folder; empty for everything else. */
  private Optional<Facts> facts(FileName name) throws IOException {
    Located located = locate(name.components());
    if (!(located instanceof Place place)) {
      return Optional.empty();
    }
    try (place) {
      return switch (place.facts().kind()) {
        case FILE, FOLDER -> Optional.of(place.facts());
        case LINK, OTHER -> Optional.empty();
      };
    }
  }

  /**
   * The version that a name has now.
   *
   * @param changedCounts whether {@code ctime} is part of it; it was not at hand for every opening
   */
  FileVersion currentVersion(FileName name, boolean changedCounts) throws IOException {
    try {
      return facts(name)
          .filter(facts -> facts.kind() == Facts.Kind.FILE)
          .map(facts -> changedCounts ? facts : facts.withoutChanged())
          .map(Facts::version)
          .orElse(FileVersion.GONE);
    } catch (FileSystemException e) {
      return FileVersion.GONE; // nor would it be opened
    } catch (ClosedDirectoryStreamException e) {
      throw new IOException("the shared folder is closed", e);
    }
  }

  /** Closes the folder: nothing more is opened. Files that are open stay so. */
  @Override
  public void close() {
    try {
      root.close();
    } catch (IOException e) {
      log.warn("the shared folder could not be closed: {}", e.toString());
    }
  }
}
