package io.pipewright.filetransfer.saving;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongConsumer;

/** The SHA-256 of a file's bytes. */
final class Sha256 {

  private static final int PIECE_BYTES = 256 << 10;

  private Sha256() {}

  static byte[] of(FileChannel file, long size, LongConsumer progress) throws IOException {
    MessageDigest digest = digest();
    ByteBuffer bytes = ByteBuffer.wrap(new byte[PIECE_BYTES]);
    for (long at = 0; at < size; ) {
      bytes.clear().limit((int) Math.min(PIECE_BYTES, size - at));
      int read = file.read(bytes, at);
      if (read < 0) {
        throw new EOFException("it ends after %,d of %,d bytes".formatted(at, size));
      }
      digest.update(bytes.flip());
      at += read;
      progress.accept(at);
    }
    return digest.digest();
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
