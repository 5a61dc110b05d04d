package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.util.CharsetUtil;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;

/** Writes the bodies of requests; what {@link RequestReader} reads. */
final class RequestWriter {

  /** Enough for most; a longer one makes the buffer grow. */
  static final int ROUGH_BYTES = 124;

  private RequestWriter() {}

  static void write(Request request, ByteBuf out) {
    if (request instanceof Request.Hello hello) {
      write(hello, out);
    } else if (request instanceof Request.ListFolder list) {
      write(list, out);
    } else if (request instanceof Request.Stat stat) {
      out.writeByte(MessageType.STAT);
      name(out, 1, stat.name());
    } else if (request instanceof Request.Get get) {
      write(get, out);
    } else if (request instanceof Request.Sums sums) {
      write(sums, out);
    } else if (request instanceof Request.Pack pack) {
      write(pack, out);
    } else {
      throw new IllegalArgumentException(request + " is nothing that a client says");
    }
  }

  private static void write(Request.Hello hello, ByteBuf out) {
    out.writeByte(MessageType.HELLO);
    FieldWriter.text(out, 1, RequestReader.MAGIC);
    FieldWriter.u32(out, 2, hello.version());
    FieldWriter.text(out, 3, hello.agent());
    hello.secret().ifPresent(secret -> FieldWriter.bytes(out, 4, secret.bytes()));
  }

  private static void write(Request.ListFolder list, ByteBuf out) {
    out.writeByte(MessageType.LIST);
    list.folder().ifPresent(folder -> name(out, 1, folder));
    list.after().ifPresent(after -> FieldWriter.text(out, 2, after));
    list.limit().ifPresent(limit -> FieldWriter.u32(out, 3, limit));
  }

  private static void write(Request.Get get, ByteBuf out) {
    out.writeByte(MessageType.GET);
    name(out, 1, get.name());
    get.version().ifPresent(version -> FieldWriter.version(out, 2, version));
    if (get.offset() != 0) {
      FieldWriter.u64(out, 3, get.offset());
    }
    get.length().ifPresent(length -> FieldWriter.u64(out, 4, length));
  }

  private static void write(Request.Sums sums, ByteBuf out) {
    out.writeByte(MessageType.SUMS);
    name(out, 1, sums.name());
    FieldWriter.version(out, 2, sums.version());
    FieldWriter.u64(out, 3, sums.first());
    FieldWriter.u32(out, 4, sums.count());
  }

  private static void write(Request.Pack pack, ByteBuf out) {
    out.writeByte(MessageType.PACK);
    for (Request.Wanted file : pack.files()) {
      byte[] name = utf8(file.name());
      FieldWriter.header(
          out, 1, packedBytes(name.length, file.version().isPresent()) - FieldWriter.HEADER_BYTES);
      FieldWriter.bytes(out, 1, name);
      if (file.version().isPresent()) {
        FieldWriter.version(out, 2, file.version().get());
      }
    }
  }

  /** How many bytes of a PACK one file takes. */
  static int packedBytes(int nameBytes, boolean version) {
    return 2 * FieldWriter.HEADER_BYTES + nameBytes + (version ? FieldWriter.VERSION_BYTES : 0);
  }

  private static void name(ByteBuf out, int id, Naming name) {
    FieldWriter.bytes(out, id, utf8(name));
  }

  private static byte[] utf8(Naming name) {
    if (!(name instanceof FileName spelt)) {
      throw new IllegalArgumentException("a name that is none cannot be asked for: " + name);
    }
    return spelt.toString().getBytes(CharsetUtil.UTF_8);
  }
}
