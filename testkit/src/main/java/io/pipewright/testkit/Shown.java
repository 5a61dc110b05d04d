package io.pipewright.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes made readable for whoever reads a failure: as text with escapes, and in hex. */
final class Shown {

  private static final int MAX_BYTES = 64;
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private Shown() {}

  /** Two lines: the text and the hex of all, or of the first bytes of many. */
  static String bytes(byte[] bytes) {
    return part(bytes, 0);
  }

  /** What was expected and what came, around the first difference. */
  static String difference(byte[] expected, byte[] actual) {
    int at = Arrays.mismatch(expected, actual);
    int from = Math.max(0, at - MAX_BYTES / 2);
    return "the first difference is at byte " + at
        + "\nexpected " + part(expected, from)
        + "\nbut got  " + part(actual, from);
  }

  private static String part(byte[] bytes, int from) {
    int to = Math.min(bytes.length, from + MAX_BYTES);
    byte[] shown = Arrays.copyOfRange(bytes, Math.min(from, to), to);
    String where = shown.length == bytes.length ? "" : ", from byte " + from;
    String more = to < bytes.length ? " …" : "";
    return bytes.length + " bytes" + where + ": \"" + escaped(shown) + "\"" + more
        + "\n         hex: " + HEX.formatHex(shown) + more;
  }

  /** UTF-8 as it reads where it is UTF-8, else ASCII with everything else as {@code \x80}. */
  private static String escaped(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    try {
      UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes))
          .codePoints()
          .forEach(point -> append(text, point));
    } catch (CharacterCodingException e) {
      for (byte b : bytes) {
        append(text, b < 0 ? -1 : b, b);
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, int point) {
    append(text, Character.isISOControl(point) && point > 0x7f ? -1 : point, point);
  }

  /** Appends a character, or the number of a byte if the character is less than zero. */
  private static void append(StringBuilder text, int point, int number) {
    switch (point) {
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      default -> {
        if (point < ' ' || point == 0x7f) {
          text.append("\\x").append(HexFormat.of().toHexDigits((byte) number));
        } else {
          text.appendCodePoint(point);
        }
      }
    }
  }
}
