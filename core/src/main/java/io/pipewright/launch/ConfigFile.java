package io.pipewright.launch;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A config file: Java properties in UTF-8, one {@code idle-timeout = 30s} a line, {@code #} for
 * comments. The keys are the long options without their dashes.
 *
 * @param name the file as the user wrote it
 * @param values every key with its value
 */
record ConfigFile(String name, Map<String, String> values) {

  /** Far more than any set of options takes; a device or a log given by mistake is not read whole. */
  private static final int MAX_BYTES = 1 << 20;

  /** No file: no values. */
  static final ConfigFile NONE = new ConfigFile("", Map.of());

  /**
   * Reads the file.
   *
   * @throws LaunchException with {@link ExitCode#USAGE} when it cannot be read or is no properties
   *     file; the sentence names the file
   */
  static ConfigFile read(String name) {
    try {
      return new ConfigFile(name, parse(name, decode(name, bytes(name))));
    } catch (IOException | InvalidPathException e) {
      throw new LaunchException(
          ExitCode.USAGE, "cannot read the config file " + name + ": " + Failures.why(e), e);
    }
  }

  private static byte[] bytes(String name) throws IOException {
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      throw new IOException("it is a folder");
    }
    try (var in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it is longer than " + MAX_BYTES + " bytes");
      }
      return bytes;
    }
  }

  private static String decode(String name, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new LaunchException(ExitCode.USAGE, "the config file " + name + " is not UTF-8", e);
    }
  }

  private static Map<String, String> parse(String name, String text) throws IOException {
    Map<String, String> values = new TreeMap<>();
    try {
      new OncePerKey(name, values).load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      throw new LaunchException(
          ExitCode.USAGE, "the config file " + name + " has a broken \\uXXXX escape", e);
    }
    return values;
  }

  /** Refuses a key that is there twice: plain {@link Properties} would drop the first in silence. */
  private static final class OncePerKey extends Properties {

    private final transient String name;
    private final transient Map<String, String> values;

    OncePerKey(String name, Map<String, String> values) {
      this.name = name;
      this.values = values;
    }

    @Override
    public synchronized Object put(Object key, Object value) {
      if (values.put((String) key, (String) value) != null) {
        throw new LaunchException(
            ExitCode.USAGE, "the config file " + name + " sets '" + key + "' twice");
      }
      return null;
    }
  }
}
