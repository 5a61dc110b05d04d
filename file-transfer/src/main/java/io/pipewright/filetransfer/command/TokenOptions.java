package io.pipewright.filetransfer.command;

import io.pipewright.ConfigurationException;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.log.Escaped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The secret of both ends, as a picocli mixin: from a file, where neither a list of processes nor a history of commands shows
 * it.
 */
final class TokenOptions {

  private static final Logger log = LoggerFactory.getLogger(TokenOptions.class);

  /** A line's end more than a secret may have, and one byte to tell that there is more. */
  private static final int MAX_READ_BYTES = Secret.MAX_BYTES + 3;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Holds a secret that both ends know, up to 1024 bytes; a line's end behind it is cut off.")
  private Path file;

  @Option(
      names = "--token-over-plaintext",
      description = "Use the secret without TLS too, where everybody on the way can read it.")
  private boolean overPlaintext;

  boolean isGiven() {
    return file != null;
  }

  boolean overPlaintext() {
    return overPlaintext;
  }

  /**
   * Reads it, and warns if others can.
   *
   * @return nothing without the option
   * @throws LaunchException if it cannot be read, is empty or too long
   */
  Optional<Secret> secret() {
    if (file == null) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_READ_BYTES);
      warnIfOthersRead();
      return Optional.of(Secret.of(Arrays.copyOf(bytes, lengthWithoutLineEnd(bytes))));
    } catch (NoSuchFileException e) {
      throw unusable("there is no such file", e);
    } catch (IOException e) {
      throw unusable(e.getMessage(), e);
    } catch (ConfigurationException e) {
      throw unusable("it must hold 1 to " + Secret.MAX_BYTES + " bytes", e);
    }
  }

  private LaunchException unusable(String why, Exception cause) {
    return new LaunchException(ExitCode.USAGE, "the token file " + file + ": " + why, cause);
  }

  private static int lengthWithoutLineEnd(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') {
      length--;
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
    }
    return length;
  }

  private void warnIfOthersRead() throws IOException {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        log.warn(
            "everybody on this machine can read the token file {}: take the permission from others",
            Escaped.of(file.toString()));
      }
    } catch (UnsupportedOperationException e) {
      log.debug("this system has no such permissions", e);
    }
  }

  /** What a builder says of the secret, in the words of a command line. */
  static RuntimeException inUsersWords(ConfigurationException failure) {
    return failure.field().equals("secret") ? overPlaintextRefused(failure) : failure;
  }

  static LaunchException overPlaintextRefused(Exception cause) {
    return new LaunchException(
        ExitCode.USAGE,
        "--token-file without TLS shows the secret to everybody on the way: use TLS, or say --token-over-plaintext",
        cause);
  }
}
