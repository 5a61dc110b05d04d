package io.pipewright.filetransfer.sending;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Reads bytes into a buffer of the thread's own, for those who want to have read them and not to keep them. */
final class Scratch {

  /** What is read fits into a processor's own cache until somebody looks at it. */
  private static final int BYTES = 128 << 10;

  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BYTES));

  private Scratch() {}

  static void readThrough(SharedFile file, long position, int length) throws IOException {
    readThrough(file, position, length, bytes -> {});
  }

  /**
   * Reads a part of a file.
   *
   * @param each is shown the bytes in order, each once; the buffer is another's as soon as it returns
   * @throws FileTruncatedException if the file does not reach so far
   */
  static void readThrough(SharedFile file, long position, int length, Consumer<ByteBuffer> each)
      throws IOException {
    ByteBuffer buffer = BUFFER.get();
    int done = 0;
    while (done < length) {
      buffer.clear().limit(Math.min(BYTES, length - done));
      int read = file.read(buffer, position + done);
      each.accept(buffer.flip());
      done += read;
    }
  }
}
