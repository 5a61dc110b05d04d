package io.pipewright.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gets back the characters that the JVM has lost from the command line and the environment.
 *
 * <p>In the POSIX locale it reads both as ASCII, and every other byte becomes U+FFFD: {@code
 * --message 你好} would send six of them. Linux still has the bytes; they are UTF-8 by the rule of
 * {@link Encodings}, or are left as the JVM has them.
 */
final class NativeWords {

  private static final char LOST = '\ufffd';

  private final Path commandLine;
  private final Path environment;

  /** Reads what Linux keeps of this process. */
  NativeWords() {
    this(Path.of("/proc/self/cmdline"), Path.of("/proc/self/environ"));
  }

  NativeWords(Path commandLine, Path environment) {
    this.commandLine = commandLine;
    this.environment = environment;
  }

  /** The arguments of {@code main}, whole again if they can be. */
  String[] arguments(String... decoded) {
    if (String.join("", decoded).indexOf(LOST) < 0) {
      return decoded;
    }
    List<String> words = words(commandLine);
    if (words.size() < decoded.length) {
      return decoded;
    }
    // the JVM's own options and the main class come first
    List<String> last = words.subList(words.size() - decoded.length, words.size());
    String[] whole = decoded.clone();
    for (int i = 0; i < whole.length; i++) {
      if (!isSame(last.get(i), decoded[i])) {
        return decoded; // not our words: from an @file, or changed since
      }
      whole[i] = last.get(i);
    }
    return whole;
  }

  /** The environment, with its values whole again if they can be. */
  Map<String, String> environment(Map<String, String> decoded) {
    if (decoded.values().stream().noneMatch(value -> value.indexOf(LOST) >= 0)) {
      return decoded;
    }
    Map<String, String> whole = new HashMap<>(decoded);
    for (String word : words(environment)) {
      String name = word.replaceFirst("(?s)=.*", "");
      String value = word.substring(Math.min(name.length() + 1, word.length()));
      whole.computeIfPresent(name, (same, lossy) -> isSame(value, lossy) ? value : lossy);
    }
    return whole;
  }

  /** Whether reading the word as ASCII gives what the JVM has: U+FFFD for each other byte. */
  private static boolean isSame(String word, String lossy) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, StandardCharsets.US_ASCII).equals(lossy);
  }

  /** Each ends in NUL. Without /proc, or where a byte is not UTF-8, there are none. */
  private static List<String> words(Path file) {
    List<String> words = new ArrayList<>();
    try {
      byte[] bytes = Files.readAllBytes(file);
      int start = 0;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == 0) {
          words.add(utf8(ByteBuffer.wrap(bytes, start, i - start)));
          start = i + 1;
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    return words;
  }

  private static String utf8(ByteBuffer bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }
}
