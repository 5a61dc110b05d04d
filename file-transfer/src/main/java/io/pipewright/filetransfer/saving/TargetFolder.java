package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.NativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the user's in which files are saved, with folders below it as their names have them. Those are made as they are
 * needed, and walked without following a link: a link that lies in the way is refused, wherever it leads.
 *
 * <p>Thread-safe. Every method may block on the file system. Whoever opens it closes it, after the files that are saved in it.
 */
public final class TargetFolder implements Closeable {

  /** How many folders are kept open that nobody is using; each costs two file descriptors. */
  private static final int MAX_OPEN_FOLDERS = 32;

  private static final Logger log = LoggerFactory.getLogger(TargetFolder.class);

  private final Folder root;
  private final Map<List<String>, Held> held = new LinkedHashMap<>(16, 0.75f, true);

  private TargetFolder(Folder root) {
    this.root = root;
  }

  /**
   * Opens a folder.
   *
   * @param folder an existing folder that this process may write; it may be a link to one
   * @throws NotWritableException if it is no such folder
   */
  public static TargetFolder open(Path folder) {
    try {
      Path real = folder.toRealPath();
      Optional<Folder> secure = SecureFolder.open(real);
      return new TargetFolder(secure.isPresent() ? secure.get() : new CheckedFolder(real));
    } catch (NoSuchFileException e) {
      throw new NotWritableException(folder, "there is no such folder");
    } catch (NotDirectoryException e) {
      throw new NotWritableException(folder, "it is no folder");
    } catch (IOException e) {
      throw new NotWritableException(folder, e);
    }
  }

  /** As {@link #open} on a system without handles of folders. */
  static TargetFolder openChecked(Path folder) throws IOException {
    return new TargetFolder(new CheckedFolder(folder.toRealPath()));
  }

  /** The folder's real path at the time it was opened. */
  public Path path() {
    return root.path();
  }

  /** The path that a file of that name has, or would have. */
  public Path pathOf(SafeName name) {
    Path path = root.path();
    for (String component : name.folders()) {
      path = path.resolve(NativePath.of(component));
    }
    return path.resolve(NativePath.of(name.file()));
  }

  /**
   * What has a name here, without following a link, and without making a folder.
   *
   * @param name the final name of a file
   * @return its attributes; nothing if the name, or a folder of it, is free
   * @throws SavingException if a folder of it is none, or cannot be read
   */
  public Optional<BasicFileAttributes> find(SafeName name) {
    try (Lease lease = lease(name, false)) {
      return lease.folder().find(NativePath.of(name.file()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new NotWritableException(pathOf(name), e);
    }
  }

  /**
   * Whether something may have a name here: nothing has in a folder in which nothing was when it was opened. Others may put
   * something there meanwhile, which giving a file its name finds out. Asks the file system nothing.
   *
   * @param name the final name of a file
   */
  public boolean mayHave(SafeName name) {
    synchronized (held) {
      Held one = held.get(name.folders());
      return one == null || !one.folder.wasEmpty();
    }
  }

  /**
   * Whether a file is here already, as far as its size and its time tell. Times are compared in microseconds, which is what file
   * systems and their interfaces keep.
   *
   * @param name its final name
   * @param size what its size would be, in bytes
   * @param lastModified what its time would be
   */
  public boolean has(SafeName name, long size, Instant lastModified) {
    return find(name)
        .filter(BasicFileAttributes::isRegularFile)
        .filter(there -> there.size() == size)
        .filter(there -> micros(there.lastModifiedTime().toInstant()).equals(micros(lastModified)))
        .isPresent();
  }

  private static Instant micros(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * Waits until the names of all files saved so far would survive a power cut.
   *
   * @throws NotWritableException if the disk says no
   */
  public void force() {
    List<List<String>> touched = new ArrayList<>();
    synchronized (held) {
      held.forEach((folders, one) -> {
        if (one.touched) {
          one.touched = false;
          touched.add(folders);
        }
      });
    }
    for (List<String> folders : touched) {
      forceUpwards(folders);
    }
  }

  private void forceUpwards(List<String> folders) {
    DiskCall.run(root::path, () -> {
      for (int depth = folders.size(); depth > 0; depth--) {
        Folder folder = walk(folders.subList(0, depth), false);
        try {
          folder.force();
        } finally {
          close(folder);
        }
      }
      root.force();
    });
  }

  /**
   * Opens the folder in which a file is to be, or takes the one that is open.
   *
   * @param name the file's
   * @param create whether folders are made that are not there
   * @return to be closed by the caller, once
   * @throws NoSuchFileException if a folder is not there and not to be made
   * @throws UnsafeNameException if a folder is there in another spelling
   */
  Lease lease(SafeName name, boolean create) throws IOException {
    return lease(name.folders(), create);
  }

  private Lease lease(List<String> folders, boolean create) throws IOException {
    synchronized (held) {
      Held one = held.get(folders);
      if (one != null) {
        return new Lease(one);
      }
    }
    Folder opened = folders.isEmpty() ? root : walk(folders, create);
    List<List<String>> evicted = new ArrayList<>();
    Lease lease;
    synchronized (held) {
      Held one = held.get(folders);
      if (one == null) {
        one = new Held(opened, List.copyOf(folders));
        held.put(one.folders, one);
      } else { // somebody was faster
        close(opened);
      }
      lease = new Lease(one);
      evict(evicted);
    }
    evicted.forEach(this::forceUpwards);
    return lease;
  }

  private Folder walk(List<String> folders, boolean create) throws IOException {
    Folder at = root;
    for (String component : folders) {
      Folder outer = at;
      try {
        at = outer.child(NativePath.of(component), create);
        checkSpelling(outer, component, at);
      } catch (NotDirectoryException e) {
        throw new NotWritableException(
            outer.path().resolve(NativePath.of(component)), "it is no folder, or a link to one");
      } finally {
        close(outer);
      }
    }
    return at;
  }

  private void checkSpelling(Folder outer, String component, Folder opened) throws IOException {
    boolean fine = false;
    try {
      Spelling.check(outer, component);
      fine = true;
    } finally {
      if (!fine) {
        close(opened);
      }
    }
  }

  /** Closes what is too many, and lists what of that is to be forced. */
  private void evict(List<List<String>> touched) {
    Iterator<Held> eldest = held.values().iterator();
    while (held.size() > MAX_OPEN_FOLDERS && eldest.hasNext()) {
      Held one = eldest.next();
      if (one.users == 0) {
        eldest.remove();
        close(one.folder);
        if (one.touched) {
          touched.add(one.folders);
        }
      }
    }
  }

  private void close(Folder folder) {
    if (folder != root) {
      closeNow(folder);
    }
  }

  private static void closeNow(Folder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      log.warn("a folder could not be closed: {}", e.toString());
    }
  }

  /** Closes the folders. What is being saved in them fails. */
  @Override
  public void close() {
    synchronized (held) {
      held.values().forEach(one -> close(one.folder));
      held.clear();
      closeNow(root);
    }
  }

  /** An open folder, how many are using it, and whether a name in it is new and not forced. */
  private static final class Held {

    private final Folder folder;
    private final List<String> folders;
    private int users;
    private boolean touched;

    Held(Folder folder, List<String> folders) {
      this.folder = folder;
      this.folders = folders;
    }
  }

  /** The use of an open folder, which stays open meanwhile. */
  final class Lease implements Closeable {

    private final Held one;
    private boolean closed;

    private Lease(Held one) {
      this.one = one;
      one.users++;
    }

    Folder folder() {
      return one.folder;
    }

    /** Says that a name in it is new: {@link TargetFolder#force} will come to it. */
    void touch() {
      synchronized (held) {
        one.touched = true;
      }
    }

    /** Waits until the names in it, and its own and those of the folders above, would survive a power cut. */
    void force() {
      forceUpwards(one.folders);
    }

    @Override
    public void close() {
      synchronized (held) {
        if (!closed) {
          closed = true;
          one.users--;
        }
      }
    }
  }
}
