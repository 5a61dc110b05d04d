package io.pipewright.launch;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which charset the standard streams speak: what the JVM says of them, or else of the locale; and
 * UTF-8 when that comes down to ASCII.
 *
 * <p>ASCII is what the POSIX locale gives, which containers, cron and {@code ssh host command} run
 * in: it says that nobody chose, not that the terminal knows no more. Java would print {@code ?}
 * for every other character. A locale that names a charset ({@code zh_CN.GBK}) is taken at its
 * word, and {@code -Dstdout.encoding=GBK} (or {@code stdin}, {@code stderr}) wins over both; Java
 * 17, which does not know these properties, gets them from here.
 */
final class Encodings {

  private Encodings() {}

  static Charset input() {
    return first("stdin.encoding", "sun.stdout.encoding", "native.encoding");
  }

  static Charset output() {
    return first("stdout.encoding", "sun.stdout.encoding", "native.encoding");
  }

  static Charset error() {
    return first("stderr.encoding", "sun.stderr.encoding", "native.encoding");
  }

  /** A stream that puts the charset's bytes through {@code stream}, whatever its own charset is. */
  static PrintStream encoded(PrintStream stream, Charset charset) {
    return new PrintStream(stream, true, charset);
  }

  private static Charset first(String... properties) {
    return choose(List.of(properties).stream().map(System::getProperty).toArray(String[]::new));
  }

  /** The first that is set and known decides. */
  static Charset choose(String... names) {
    for (String name : names) {
      if (name != null && isKnown(name)) {
        Charset charset = Charset.forName(name);
        return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
      }
    }
    return StandardCharsets.UTF_8;
  }

  private static boolean isKnown(String name) {
    // isSupported throws for a name with illegal characters, such as "cp 936"
    return name.matches("[A-Za-z0-9][A-Za-z0-9.:+_-]*") && Charset.isSupported(name);
  }
}
