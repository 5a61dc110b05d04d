package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;
import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that is not complete yet: {@code .NAME.1a2b3c4d.part}, beside the name it will have. Either
 * {@link #commit} gives it that name in one step, replacing what has it; or {@link #discard} removes
 * it.
 *
 * <p>Every method blocks on the file system. An instance belongs to one thread at a time.
 */
final class UnsizedFile {

  private static final int ATTEMPTS = 10;

  /** Leaves room for the dots, the number and the suffix in the 255 bytes of a file name. */
  private static final int MAX_NAME_BYTES = 200;

  private final Path path;
  private final Path target;
  private final FileChannel channel;
  private long length;

  private UnsizedFile(Path path, Path target, FileChannel channel) {
    this.path = path;
    this.target = target;
    this.channel = channel;
  }

  /**
   * Creates an empty file.
   *
   * @param folder an existing folder
   * @param name the final name, one component
   * @throws IOException if it cannot be created
   */
  static UnsizedFile create(Path folder, String name) throws IOException {
    Path target = folder.resolve(NativePath.of(name));
    for (int attempt = 1; ; attempt++) {
      String number = "%08x".formatted(ThreadLocalRandom.current().nextInt());
      Path path = folder.resolve(NativePath.of("." + shortened(name) + "." + number + ".part"));
      try {
        FileChannel channel =
            FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        return new UnsizedFile(path, target, channel);
      } catch (FileAlreadyExistsException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static String shortened(String name) {
    String shorter = name;
    while (shorter.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
    }
    return shorter;
  }

  /** Appends every readable byte; the buffer stays the caller's. */
  void write(ByteBuf bytes) throws IOException {
    while (bytes.isReadable()) {
      length += bytes.readBytes(channel, length, bytes.readableBytes());
    }
  }

  /** How many bytes have been written. */
  long length() {
    return length;
  }

  /**
   * Gives the file its final name.
   *
   * @return the final path
   * @throws IOException if it cannot; the file is still there to be discarded
   */
  Path commit() throws IOException {
    channel.close();
    return Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the file, which has not been committed. */
  void discard() throws IOException {
    try {
      channel.close();
    } finally {
      Files.deleteIfExists(path);
    }
  }
}
