package io.pipewright.filetransfer.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * What something in a folder was at one moment. Two looks with equal facts saw the same file with the
 * same bytes, if none of its times was "now" at the first look ({@link Rest}).
 *
 * @param kind what it is
 * @param key which it is: the device and the inode's number; where there are none, the time of birth
 * @param size in bytes
 * @param modified when its bytes were last changed
 * @param changed when its bytes, its name or its rights were last changed ({@code ctime}), which
 *     nobody can set; {@code null} if the system does not say
 */
record Facts(Kind kind, Object key, long size, Instant modified, Instant changed) {

  enum Kind {
    FILE("a file"),
    FOLDER("a folder"),
    LINK("a link"),
    OTHER("a device, a FIFO or a socket");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** What {@link #of(Map)} needs, for {@link java.nio.file.Files#readAttributes}. */
  static final String UNIX_ATTRIBUTES = "unix:fileKey,size,lastModifiedTime,ctime,mode";

  /** Of {@code st_mode}, as POSIX has it. */
  private static final int TYPE = 0170000;

  private static final int FILE_TYPE = 0100000;
  private static final int FOLDER_TYPE = 0040000;
  private static final int LINK_TYPE = 0120000;

  private static final int TIME_BYTES = Long.BYTES + Integer.BYTES;

  static Facts of(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    return new Facts(
        kind(attributes),
        key != null ? key : attributes.creationTime(),
        attributes.size(),
        attributes.lastModifiedTime().toInstant(),
        null);
  }

  static Facts of(Map<String, Object> unix) {
    return new Facts(
        switch ((int) unix.get("mode") & TYPE) {
          case FILE_TYPE -> Kind.FILE;
          case FOLDER_TYPE -> Kind.FOLDER;
          case LINK_TYPE -> Kind.LINK;
          default -> Kind.OTHER;
        },
        unix.get("fileKey"),
        (long) unix.get("size"),
        ((FileTime) unix.get("lastModifiedTime")).toInstant(),
        ((FileTime) unix.get("ctime")).toInstant());
  }

  private static Kind kind(BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return Kind.FILE;
    }
    if (attributes.isDirectory()) {
      return Kind.FOLDER;
    }
    return attributes.isSymbolicLink() ? Kind.LINK : Kind.OTHER;
  }

  /** Whether both are of one file, in whatever state. */
  boolean sameFile(Facts other) {
    return kind == other.kind && key.equals(other.key);
  }

  /** These facts as somebody sees them who is not told of changes to names and rights. */
  Facts withoutChanged() {
    return new Facts(kind, key, size, modified, null);
  }

  FileVersion version() {
    byte[] which = key.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer facts = ByteBuffer.allocate(which.length + Long.BYTES + 2 * TIME_BYTES);
    facts.put(which).putLong(size);
    put(facts, modified);
    if (changed != null) {
      put(facts, changed);
    }
    return FileVersion.ofFacts(facts.array());
  }

  private static void put(ByteBuffer facts, Instant time) {
    facts.putLong(time.getEpochSecond()).putInt(time.getNano());
  }
}
