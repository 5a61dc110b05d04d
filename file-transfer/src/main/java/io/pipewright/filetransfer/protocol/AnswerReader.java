package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.protocol.Answer.PackedFile;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the bodies of answers. */
final class AnswerReader {

  /** The kinds of entries. */
  static final int FILE = 1;

  static final int FOLDER = 2;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private AnswerReader() {}

  /**
   * Reads one answer.
   *
   * @param body a frame's; its indexes do not change, it is not released
   * @throws MalformedMessageException if it breaks the protocol
   */
  static Answer read(ByteBuf body) {
    if (!body.isReadable()) {
      throw new MalformedMessageException("answer", "it is empty");
    }
    int type = body.getUnsignedByte(body.readerIndex());
    FieldReader fields =
        new FieldReader(MessageType.name(type), body, body.readerIndex() + 1, body.writerIndex());
    try {
      return switch (type) {
        case MessageType.WELCOME -> welcome(fields);
        case MessageType.ENTRIES -> entries(fields);
        case MessageType.FILE -> file(fields);
        case MessageType.DATA -> data(fields);
        case MessageType.SUM_LIST -> sums(fields);
        case MessageType.END -> end(fields);
        case MessageType.PACKED -> pack(fields);
        case MessageType.ERROR -> failure(fields);
        default -> throw fields.malformed("there is no such answer");
      };
    } catch (IllegalArgumentException e) {
      // what a message checks of itself
      throw fields.malformed(e.getMessage());
    }
  }

  private static Answer welcome(FieldReader fields) {
    int version = 0;
    String agent = "";
    int blockBytes = 0;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> version = fields.u32Clamped();
        case 2 -> agent = fields.text();
        case 3 -> blockBytes = fields.u32Clamped();
        default -> {}
      }
    }
    fields.requireUpTo(3);
    return new Answer.Welcome(version, agent, blockBytes);
  }

  private static Answer entries(FieldReader fields) {
    List<Entry> entries = new ArrayList<>();
    boolean more = false;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> entries.add(entry(fields.nested("ENTRIES")));
        case 2 -> more = fields.flag();
        default -> {}
      }
    }
    fields.require(2);
    return new Answer.Entries(entries, more);
  }

  private static Entry entry(FieldReader fields) {
    String name = "";
    int kind = 0;
    long size = 0;
    Instant lastModified = Instant.EPOCH;
    FileVersion version = FileVersion.GONE;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> name = component(fields);
        case 2 -> kind = fields.u8();
        case 3 -> size = fields.u64();
        case 4 -> lastModified = instant(fields.i64());
        case 5 -> version = fields.version();
        default -> {}
      }
    }
    fields.requireUpTo(5);
    if (kind != FILE && kind != FOLDER) {
      throw fields.malformed("an entry is neither file nor folder but " + kind);
    }
    Entry.Kind known = kind == FILE ? Entry.Kind.FILE : Entry.Kind.FOLDER;
    return new Entry(name, known, size, lastModified, version);
  }

  /** A name that leads nowhere but to a child of the listed folder. */
  private static String component(FieldReader fields) {
    byte[] utf8 = fields.bytes();
    if (FileName.parse(utf8) instanceof FileName name && name.last().equals(name.toString())) {
      return name.last();
    }
    throw fields.malformed("an entry's name is not the name of a file or folder");
  }

  private static Answer pack(FieldReader fields) {
    List<Optional<PackedFile>> files = new ArrayList<>();
    while (fields.next()) {
      if (fields.id() == 1) {
        files.add(packed(fields.nested("PACK")));
      }
    }
    return new Answer.Pack(files);
  }

  /** One without fields is not given. */
  private static Optional<PackedFile> packed(FieldReader fields) {
    long size = 0;
    Instant lastModified = Instant.EPOCH;
    FileVersion version = FileVersion.GONE;
    int sum = 0;
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> size = fields.u64();
        case 2 -> lastModified = instant(fields.i64());
        case 3 -> version = fields.version();
        case 4 -> sum = fields.bits32();
        default -> {}
      }
    }
    fields.requireUpTo(4);
    return Optional.of(new PackedFile(new Answer.FileFacts(size, lastModified, version), sum));
  }

  private static Answer file(FieldReader fields) {
    long size = 0;
    Instant lastModified = Instant.EPOCH;
    FileVersion version = FileVersion.GONE;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> size = fields.u64();
        case 2 -> lastModified = instant(fields.i64());
        case 3 -> version = fields.version();
        default -> {}
      }
    }
    fields.requireUpTo(3);
    return new Answer.FileFacts(size, lastModified, version);
  }

  private static Answer data(FieldReader fields) {
    long offset = 0;
    int length = 0;
    int sum = 0;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> offset = fields.u64();
        case 2 -> length = fields.u32Clamped();
        case 3 -> sum = fields.bits32();
        default -> {}
      }
    }
    fields.requireUpTo(3);
    return new Answer.Data(offset, length, sum);
  }

  private static Answer sums(FieldReader fields) {
    long first = 0;
    int[] sums = {};
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> first = fields.u64();
        case 2 -> sums = fields.list32();
        default -> {}
      }
    }
    fields.requireUpTo(2);
    return new Answer.SumList(first, sums);
  }

  private static Answer end(FieldReader fields) {
    while (fields.next()) {
      // none is known yet
    }
    return Answer.End.INSTANCE;
  }

  private static Answer failure(FieldReader fields) {
    ErrorCode code = ErrorCode.OTHER;
    String text = "";
    Optional<Duration> retryAfter = Optional.empty();
    OptionalLong offset = OptionalLong.empty();
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> code = ErrorCode.of(fields.u32());
        case 2 -> text = fields.text();
        case 3 -> retryAfter = Optional.of(Duration.ofMillis(fields.u32()));
        case 4 -> offset = OptionalLong.of(fields.u64());
        default -> {}
      }
    }
    fields.requireUpTo(2);
    return new Answer.Failure(code, text, offset, retryAfter);
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }
}
