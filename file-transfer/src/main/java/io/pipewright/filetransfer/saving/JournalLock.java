package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.NativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One download of a file at a time: the journal, open and locked against other processes, and noted against this one. The note is
 * made before the file is opened, because on Unix a process that closes a file loses every lock that it has on it.
 */
final class JournalLock implements Closeable {

  private static final int ATTEMPTS = 10;
  private static final Path SELF = Path.of(".");

  private static final Logger log = LoggerFactory.getLogger(JournalLock.class);

  private static final Set<List<Object>> here = ConcurrentHashMap.newKeySet();

  private final List<Object> note;
  private final FileChannel channel;

  private JournalLock(List<Object> note, FileChannel channel) {
    this.note = note;
    this.channel = channel;
  }

  /**
   * Opens and locks the journal of a file.
   *
   * @param folder where it is
   * @param name the file's final name
   * @return nothing if another has it
   * @throws IOException if it cannot be opened
   */
  static Optional<JournalLock> take(Folder folder, String name) throws IOException {
    Object where = folder.find(SELF).map(BasicFileAttributes::fileKey).orElse(null);
    List<Object> note = List.of(where == null ? folder.path() : where, name);
    if (!here.add(note)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    try {
      channel = openLocked(folder, NativePath.of(HiddenName.journal(name)));
      return Optional.ofNullable(channel).map(locked -> new JournalLock(note, locked));
    } finally {
      if (channel == null) {
        here.remove(note);
      }
    }
  }

  /** Another process may remove the file between the opening and the lock: then it is not the one that has the name. */
  private static FileChannel openLocked(Folder folder, Path journal) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      FileChannel channel = openRegular(folder, journal);
      boolean kept = false;
      try {
        Optional<BasicFileAttributes> before = folder.find(journal);
        if (!lock(channel)) {
          return null;
        }
        Optional<BasicFileAttributes> after = folder.find(journal);
        kept = before.isPresent() && after.isPresent() && same(before.get(), after.get());
        if (kept) {
          return channel;
        }
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
    throw new NoSuchFileException(journal.toString(), null, "it is taken away all the time");
  }

  private static FileChannel openRegular(Folder folder, Path journal) throws IOException {
    if (folder.find(journal).filter(there -> !there.isRegularFile()).isPresent()) {
      throw new IOException("something else has the name of its hidden file " + journal);
    }
    return folder.open(journal, Folder.READ_AND_WRITE);
  }

  private static boolean same(BasicFileAttributes one, BasicFileAttributes other) {
    return one.fileKey() == null || one.fileKey().equals(other.fileKey());
  }

  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // in this process, by a name that the file system takes for this one
    } catch (IOException e) {
      log.warn(
          "no locks here: a second download of the same file would not be noticed: {}",
          e.toString());
      return true;
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Closes the file, and with it gives the lock away. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      here.remove(note);
    }
  }
}
