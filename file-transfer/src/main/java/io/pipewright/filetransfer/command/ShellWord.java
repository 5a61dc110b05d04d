package io.pipewright.filetransfer.command;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A word as a shell reads it back: as it is where no shell would change it, in single quotes where one might. What cannot be
 * seen is written as the octal numbers of its bytes, {@code $'…'}, which bash, zsh and ksh read: nothing of a word acts on the
 * terminal that shows it.
 */
final class ShellWord {

  /** Not at the front: a tilde, an equals sign (zsh); nowhere: what expands, separates or quotes. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*");

  private ShellWord() {}

  /** The word, quoted if need be. */
  static String of(String word) {
    if (PLAIN.matcher(word).matches()) {
      return word;
    }
    return word.codePoints().allMatch(ShellWord::isVisible)
        ? "'" + word.replace("'", "'\\''") + "'"
        : octal(word);
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  private static String octal(String word) {
    StringBuilder out = new StringBuilder("$'");
    word.codePoints().forEach(codePoint -> {
      if (codePoint == '\'' || codePoint == '\\') {
        out.append('\\').append((char) codePoint);
      } else if (isVisible(codePoint)) {
        out.appendCodePoint(codePoint);
      } else {
        for (byte unit : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
          out.append(String.format(Locale.ROOT, "\\%03o", unit & 0xff));
        }
      }
    });
    return out.append('\'').toString();
  }
}
