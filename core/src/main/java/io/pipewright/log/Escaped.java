package io.pipewright.log;

import io.netty.buffer.ByteBuf;

/**
 * Text and bytes from a stranger, made fit for one line of a log or a terminal.
 *
 * <p>Printable characters of ASCII and of Unicode stay. A line feed becomes {@code \n}, a carriage
 * return {@code \r}, a tab {@code \t}, a backslash {@code \\}; other control characters of ASCII
 * and bytes that are no UTF-8 become {@code \xNN}, and every other character that cannot be seen or
 * that changes how its neighbours are shown (such as U+202E) {@code \}{@code uNNNN}. What is beyond
 * the bound is counted, not shown.
 */
public final class Escaped {

  /** How much {@link #of(CharSequence)} shows, in characters. */
  public static final int DEFAULT_MAX_CHARS = 1_024;

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private Escaped() {}

  /** The text, of which at most {@value #DEFAULT_MAX_CHARS} characters are shown. */
  public static String of(CharSequence text) {
    return of(text, DEFAULT_MAX_CHARS);
  }

  /**
   * The text, bounded.
   *
   * @param text anything
   * @param maxChars how many of its {@code char}s are shown
   */
  public static String of(CharSequence text, int maxChars) {
    int shown = Math.min(text.length(), maxChars);
    if (shown > 0 && shown < text.length() && Character.isHighSurrogate(text.charAt(shown - 1))) {
      shown--; // not half of a character
    }
    StringBuilder out = new StringBuilder(shown + 16);
    for (int i = 0; i < shown; ) {
      int codePoint = Character.codePointAt(text, i);
      append(out, codePoint);
      i += Character.charCount(codePoint);
    }
    return more(out, text.length() - shown, "characters");
  }

  /**
   * A buffer's readable bytes, read as UTF-8 where they are.
   *
   * @param buffer its indexes and content are left as they are
   * @param maxBytes how many bytes are shown
   */
  public static String bytes(ByteBuf buffer, int maxBytes) {
    int from = buffer.readerIndex();
    int shown = Math.min(buffer.readableBytes(), maxBytes);
    int to = from + shown;
    StringBuilder out = new StringBuilder(shown + 16);
    for (int i = from; i < to; ) {
      int length = characterLength(buffer, i, to);
      if (length == 0) {
        appendHex(out.append("\\x"), buffer.getUnsignedByte(i), 2);
        i++;
      } else {
        append(out, codePoint(buffer, i, length));
        i += length;
      }
    }
    return more(out, buffer.readableBytes() - shown, "bytes");
  }

  private static String more(StringBuilder out, int rest, String unit) {
    if (rest > 0) {
      out.append("… (").append(rest).append(' ').append(unit).append(" more)");
    }
    return out.toString();
  }

  private static void append(StringBuilder out, int codePoint) {
    switch (codePoint) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (isPrintable(codePoint)) {
          out.appendCodePoint(codePoint);
        } else if (codePoint < 0x80) {
          appendHex(out.append("\\x"), codePoint, 2);
        } else if (Character.isBmpCodePoint(codePoint)) {
          appendHex(out.append("\\u"), codePoint, 4);
        } else {
          appendHex(out.append("\\u"), Character.highSurrogate(codePoint), 4);
          appendHex(out.append("\\u"), Character.lowSurrogate(codePoint), 4);
        }
      }
    }
  }

  private static boolean isPrintable(int codePoint) {
    if (codePoint < 0x7f) {
      return codePoint >= ' ';
    }
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

  private static void appendHex(StringBuilder out, int value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      out.append(HEX[(value >> shift) & 0xf]);
    }
  }

  /** The bytes of the well-formed UTF-8 character at {@code i} (RFC 3629, section 4); 0 if none. */
  private static int characterLength(ByteBuf buffer, int i, int to) {
    int first = buffer.getUnsignedByte(i);
    if (first < 0x80) {
      return 1;
    }
    int length =
        first >= 0xc2 && first < 0xe0 ? 2 : first >> 4 == 0xe ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length == 0 || i + length > to) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if (buffer.getUnsignedByte(i + k) >> 6 != 0b10) {
        return 0;
      }
    }
    int codePoint = codePoint(buffer, i, length);
    boolean shortest = length == 2 || codePoint >= (length == 3 ? 0x800 : 0x10000);
    boolean exists = Character.isValidCodePoint(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE;
    return shortest && exists ? length : 0;
  }

  private static int codePoint(ByteBuf buffer, int i, int length) {
    int first = buffer.getUnsignedByte(i);
    int codePoint = length == 1 ? first : first & (0xff >> (length + 1));
    for (int k = 1; k < length; k++) {
      codePoint = (codePoint << 6) | (buffer.getUnsignedByte(i + k) & 0x3f);
    }
    return codePoint;
  }
}
