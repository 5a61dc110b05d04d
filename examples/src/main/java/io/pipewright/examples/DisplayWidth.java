package io.pipewright.examples;

/**
 * How many columns of a terminal a text takes: two for a Chinese, Japanese or Korean character, none
 * for a combining mark, one for any other (Unicode Standard Annex 11, in short).
 */
final class DisplayWidth {

  /** First and last code points of the blocks whose characters are wide. */
  private static final int[][] WIDE = {
    {0x1100, 0x115F}, // Hangul Jamo, the initial ones
    {0x2E80, 0x303E}, // CJK radicals and punctuation
    {0x3041, 0xA4CF}, // kana, CJK ideographs, Yi
    {0xAC00, 0xD7A3}, // Hangul syllables
    {0xF900, 0xFAFF}, // CJK compatibility ideographs
    {0xFE30, 0xFE6F}, // CJK compatibility forms
    {0xFF00, 0xFF60}, // fullwidth forms
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, // pictographs
    {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD} // CJK ideographs beyond the first plane
  };

  private DisplayWidth() {}

  static int of(String text) {
    return text.codePoints().map(DisplayWidth::of).sum();
  }

  static int of(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(codePoint) ? 2 : 1;
    };
  }

  private static boolean isWide(int codePoint) {
    for (int[] block : WIDE) {
      if (codePoint >= block[0] && codePoint <= block[1]) {
        return true;
      }
    }
    return false;
  }
}
