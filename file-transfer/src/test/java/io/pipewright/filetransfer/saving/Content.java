package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.FileName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** A file's bytes, for tests to fetch; the same for the same size. */
final class Content {

  private final byte[] bytes;

  Content(byte[] bytes) {
    this.bytes = bytes;
  }

  static Content of(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return new Content(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  static FileName name(String name) {
    return (FileName) FileName.parse(name);
  }

  static SafeName safe(String name) {
    return SafeName.asked(name(name));
  }

  byte[] block(long index) {
    int from = (int) Blocks.offset(index);
    return Arrays.copyOfRange(bytes, from, from + Blocks.length(index, bytes.length));
  }

  int sum(long index) {
    return sum(block(index));
  }

  static int sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(ByteBuffer.wrap(bytes));
    return (int) sum.getValue();
  }

  /** Writes blocks and notes that they are right. */
  void fetch(PartFile part, long... blocks) {
    for (long block : blocks) {
      ByteBuf buffer = Unpooled.wrappedBuffer(block(block));
      part.write(Blocks.offset(block), buffer);
      part.verified(block, sum(block));
      buffer.release();
    }
  }

  /** The names in a folder, hidden or not, in order. */
  static List<String> names(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
      paths.forEach(path -> names.add(path.getFileName().toString()));
    }
    names.sort(null);
    return names;
  }
}
