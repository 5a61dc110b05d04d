package io.pipewright.filetransfer.saving;

import java.util.Optional;

/**
 * A file among several whose bytes come one behind the other.
 *
 * @param bytes how many bytes of them are its
 * @param sum their CRC32C, as the server says
 * @param file what it is to be, of as many bytes; nothing if its bytes are only to be passed over
 */
public record PackedFile(int bytes, int sum, Optional<SmallFile> file) {

  /** A file whose bytes are wanted. */
  public static PackedFile wanted(SmallFile file, int sum) {
    return new PackedFile(file.size(), sum, Optional.of(file));
  }

  /** Checks the sizes. */
  public PackedFile {
    if (bytes < 0 || (file.isPresent() && file.get().size() != bytes)) {
      throw new IllegalArgumentException("%d bytes for %s".formatted(bytes, file));
    }
  }
}
