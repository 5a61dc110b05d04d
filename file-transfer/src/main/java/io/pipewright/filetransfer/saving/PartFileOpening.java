package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.NativePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Opens a {@link PartFile}: takes the lock, reads the journal, looks for space, and closes all of it if something is wrong. */
final class PartFileOpening {

  /** Beyond two pebibytes a block's index is no {@code int}. */
  private static final long MAX_SIZE = (long) Integer.MAX_VALUE * Blocks.BYTES;

  final TargetFolder target;
  final SafeName name;
  final FileName source;
  final long size;
  final Map<String, FileVersion> servers = new HashMap<>();
  final BlockStates states;
  TargetFolder.Lease lease;
  JournalLock lock;
  Journal journal;
  FileChannel channel;
  String whyAnew;

  PartFileOpening(TargetFolder target, SafeName name, FileName source, long size) {
    this.target = target;
    this.name = name;
    this.source = source;
    this.size = size;
    if (size < 0) {
      throw new IllegalArgumentException("a file of " + size + " bytes");
    }
    if (size > MAX_SIZE) {
      throw new NotWritableException(
          target.pathOf(name), "%,d bytes are more than %,d".formatted(size, MAX_SIZE));
    }
    this.states = new BlockStates(size);
  }

  PartFile open() {
    Path path = target.pathOf(name);
    boolean done = false;
    try {
      lease = target.lease(name, true);
      checkPart(lease.folder());
      lock = take(lease.folder(), name, path);
      journal = new Journal(lock.channel());
      openPart();
      done = true;
      return new PartFile(this);
    } catch (IOException e) {
      throw new NotWritableException(path, e);
    } finally {
      if (!done) {
        giveUp();
      }
    }
  }

  private static JournalLock take(Folder folder, SafeName name, Path path) throws IOException {
    Path journal = folder.path().resolve(NativePath.of(HiddenName.journal(name.file())));
    return JournalLock.take(folder, name.file())
        .orElseThrow(() -> new PartFileBusyException(path, journal));
  }

  /** To open a FIFO would wait for its reader; and nothing is left behind where this cannot begin. */
  private void checkPart(Folder folder) throws IOException {
    Path part = NativePath.of(HiddenName.part(name.file()));
    if (folder.find(part).filter(there -> !there.isRegularFile()).isPresent()) {
      throw new IOException("something else has the name of its hidden file " + part);
    }
  }

  /**
   * A crash between the two steps of a hard link leaves a finished file with both names. What is written into it from here on would
   * change the finished one.
   */
  private void forgetIfFinished(Folder folder) throws IOException {
    Path part = NativePath.of(HiddenName.part(name.file()));
    Optional<Object> hidden = folder.find(part).map(BasicFileAttributes::fileKey);
    Optional<Object> named =
        folder.find(NativePath.of(name.file())).map(BasicFileAttributes::fileKey);
    if (hidden.isPresent() && hidden.equals(named)) {
      folder.delete(part);
    }
  }

  private void openPart() throws IOException {
    Folder folder = lease.folder();
    forgetIfFinished(folder);
    Path part = NativePath.of(HiddenName.part(name.file()));
    channel = folder.open(part, Folder.READ_AND_WRITE);
    boolean goesOn = resumes();
    if (!goesOn) {
      states.clear();
      servers.clear();
      channel.truncate(0);
      journal.begin(source, size);
    }
    try {
      checkSpace(folder);
      setLength();
    } catch (IOException | SavingException e) {
      if (!goesOn) {
        folder.delete(part);
        folder.delete(NativePath.of(HiddenName.journal(name.file())));
      }
      throw e;
    }
  }

  private boolean resumes() throws IOException {
    JournalContent content = new JournalContent();
    boolean isOne = journal.resume(content);
    if (channel.size() == 0 && !isOne) {
      return false; // nothing was there
    }
    if (!isOne) {
      whyAnew = "there is no journal of it that can be read";
    } else if (!content.name.equals(source.toString())) {
      whyAnew = "it was another file of the server";
    } else if (content.size != size) {
      whyAnew = "it had %,d bytes and has %,d now".formatted(content.size, size);
    } else if (channel.size() != size) {
      whyAnew = "its hidden file has %,d bytes and not %,d".formatted(channel.size(), size);
    }
    return whyAnew == null;
  }

  /** Blocks that are claimed have their space already; the rest may lie in holes. */
  private void checkSpace(Folder folder) throws IOException {
    long needed = size - states.claimedBytes();
    FileStore store = Files.getFileStore(folder.path());
    long usable = store.getUsableSpace();
    if (needed > usable && store.getTotalSpace() > 0) { // else it does not know
      throw new InsufficientSpaceException(
          folder.path().resolve(NativePath.of(name.file())), needed, usable);
    }
  }

  private void setLength() throws IOException {
    if (channel.size() < size) {
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  private void giveUp() {
    closeAll(() -> target.pathOf(name), lease, lock, channel);
  }

  /** Closes all that are there, the last first, whatever one of them says. */
  static void closeAll(Supplier<Path> path, Closeable first, Closeable second, Closeable third) {
    DiskCall.run(path, () -> {
      try (first;
          second;
          third) {
        // nothing else is to be done
      }
    });
  }

  static void removeLeftovers(TargetFolder target, SafeName name) {
    Path path = target.pathOf(name);
    DiskCall.run(() -> path, () -> {
      try (TargetFolder.Lease lease = target.lease(name, false)) {
        Folder folder = lease.folder();
        Path part = NativePath.of(HiddenName.part(name.file()));
        Path journal = NativePath.of(HiddenName.journal(name.file()));
        if (folder.find(part).isEmpty() && folder.find(journal).isEmpty()) {
          return;
        }
        JournalLock lock = take(folder, name, path);
        try {
          folder.delete(part);
          folder.delete(journal);
        } finally {
          lock.close();
        }
      }
    });
  }

  /** Takes what the journal says. */
  private final class JournalContent implements JournalReader.Content {

    private String name;
    private long size;

    @Override
    public void file(String name, long size) {
      this.name = name;
      this.size = size;
    }

    @Override
    public void server(String server, FileVersion version) {
      servers.put(server, version);
    }

    @Override
    public boolean block(int index, int sum) {
      boolean isOne = index >= 0 && index < Blocks.count(PartFileOpening.this.size);
      if (isOne) {
        states.claim(index, sum);
      }
      return isOne;
    }
  }
}
