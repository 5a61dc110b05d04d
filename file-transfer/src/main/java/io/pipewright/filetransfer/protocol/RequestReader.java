package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Naming;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the bodies of requests. */
final class RequestReader {

  /** What tells a client of this dialect from whatever else sends four small bytes first. */
  static final String MAGIC = "PIPEWRIGHT-FILES";

  private RequestReader() {}

  /**
   * Reads one request.
   *
   * @param body a frame's; its indexes do not change, it is not released
   * @throws MalformedMessageException if it breaks the protocol
   */
  static Request read(ByteBuf body) {
    if (!body.isReadable()) {
      throw new MalformedMessageException("request", "it is empty");
    }
    int type = body.getUnsignedByte(body.readerIndex());
    FieldReader fields =
        new FieldReader(MessageType.name(type), body, body.readerIndex() + 1, body.writerIndex());
    try {
      return switch (type) {
        case MessageType.HELLO -> hello(fields);
        case MessageType.LIST -> list(fields);
        case MessageType.STAT -> stat(fields);
        case MessageType.GET -> get(fields);
        case MessageType.SUMS -> sums(fields);
        case MessageType.PACK -> pack(fields);
        default -> new Request.Unknown(type);
      };
    } catch (IllegalArgumentException e) {
      // what a message checks of itself
      throw fields.malformed(e.getMessage());
    }
  }

  private static Request hello(FieldReader fields) {
    String magic = "";
    int version = 0;
    String agent = "";
    Optional<Secret> secret = Optional.empty();
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> magic = fields.text();
        case 2 -> version = fields.u32Clamped();
        case 3 -> agent = fields.text();
        case 4 -> secret = Optional.of(secret(fields));
        default -> {}
      }
    }
    fields.requireUpTo(3);
    if (!magic.equals(MAGIC)) {
      throw fields.malformed("field 1 is not " + MAGIC);
    }
    return new Request.Hello(version, agent, secret);
  }

  private static Request list(FieldReader fields) {
    Optional<Naming> folder = Optional.empty();
    Optional<String> after = Optional.empty();
    OptionalInt limit = OptionalInt.empty();
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> folder = Optional.of(name(fields));
        case 2 -> after = Optional.of(fields.text());
        case 3 -> limit = OptionalInt.of(fields.u32Clamped());
        default -> {}
      }
    }
    return new Request.ListFolder(folder, after, limit);
  }

  private static Request stat(FieldReader fields) {
    Naming name = null;
    while (fields.next()) {
      if (fields.id() == 1) {
        name = name(fields);
      }
    }
    fields.requireUpTo(1);
    return new Request.Stat(name);
  }

  private static Request get(FieldReader fields) {
    Naming name = null;
    Optional<FileVersion> version = Optional.empty();
    long offset = 0;
    OptionalLong length = OptionalLong.empty();
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> name = name(fields);
        case 2 -> version = Optional.of(fields.version());
        case 3 -> offset = fields.u64();
        case 4 -> length = OptionalLong.of(fields.u64());
        default -> {}
      }
    }
    fields.requireUpTo(1);
    return new Request.Get(name, version, offset, length);
  }

  private static Request sums(FieldReader fields) {
    Naming name = null;
    FileVersion version = null;
    long first = 0;
    int count = 0;
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> name = name(fields);
        case 2 -> version = fields.version();
        case 3 -> first = fields.u64();
        case 4 -> count = fields.u32Clamped();
        default -> {}
      }
    }
    fields.requireUpTo(4);
    return new Request.Sums(name, version, first, count);
  }

  private static Request pack(FieldReader fields) {
    List<Request.Wanted> files = new ArrayList<>();
    while (fields.next()) {
      if (fields.id() == 1) {
        files.add(wanted(fields.nested("PACK")));
      }
    }
    return new Request.Pack(files);
  }

  private static Request.Wanted wanted(FieldReader fields) {
    Naming name = null;
    Optional<FileVersion> version = Optional.empty();
    while (fields.next()) {
      switch (fields.id()) {
        case 1 -> name = name(fields);
        case 2 -> version = Optional.of(fields.version());
        default -> {}
      }
    }
    fields.requireUpTo(1);
    return new Request.Wanted(name, version);
  }

  private static Secret secret(FieldReader fields) {
    byte[] bytes = fields.bytes();
    Check.within("the number of the secret's bytes", bytes.length, Secret.MAX_BYTES);
    return Secret.of(bytes);
  }

  private static Naming name(FieldReader fields) {
    return FileName.parse(fields.bytes());
  }
}
