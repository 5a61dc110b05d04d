package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A regular file in a shared folder. */
final class FolderFile implements StoredFile {

  private static final Logger log = LoggerFactory.getLogger(FolderFile.class);

  private final SharedFolder shared;
  private final FileName name;
  private final FileChannel channel;
  private final long size;
  private final Facts facts;
  private final FileVersion version;

  /** Where to look again, if the version can be confirmed there: no link was followed, and it rested. */
  private final Path path;

  private FolderFile(
      SharedFolder shared,
      FileName name,
      FileChannel channel,
      long size,
      Facts facts,
      FileVersion version,
      Path path) {
    this.shared = shared;
    this.name = name;
    this.channel = channel;
    this.size = size;
    this.facts = facts;
    this.version = version;
    this.path = path;
  }

  /** The file as it was judged; takes over the channel. */
  static FolderFile judged(
      SharedFolder shared, FileName name, Place place, FileChannel channel, Facts facts) {
    Path path = place.throughLinks() ? null : place.path();
    return new FolderFile(shared, name, channel, facts.size(), facts, facts.version(), path);
  }

  /** A file that is written all the time, with a version that no look confirms; takes over the channel. */
  static FolderFile restless(SharedFolder shared, FileName name, FileChannel channel, Facts facts)
      throws IOException {
    return new FolderFile(
        shared, name, channel, channel.size(), facts, Rest.versionOfItsOwn(), null);
  }

  @Override
  public FileName name() {
    return name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Instant lastModified() {
    return facts.modified();
  }

  @Override
  public FileVersion version() {
    return version;
  }

  /**
   * Mostly one look at the path will do, wherever it may lead by now: if it has the very facts of the
   * open file, that file has not changed. Else the name is looked up as for an opening.
   */
  @Override
  public FileVersion currentVersion() throws IOException {
    if (path != null && facts.equals(UnixFacts.at(path))) {
      return version;
    }
    return shared.currentVersion(name, facts.changed() != null);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return channel.read(target, position);
  }

  @Override
  public Optional<FileChannel> channel() {
    return Optional.of(channel);
  }

  /** Closes the file. That this fails, for a file that was only read, is worth a line in the log. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      log.warn("a file that was read could not be closed: {}", e.toString());
    }
  }
}
