package io.pipewright.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which bytes can stand inside a character. No table lists it for every charset, so each charset is
 * asked once, by writing every character that it has.
 */
final class TrailBytes {

  /**
   * Where the characters are: planes 0 to 2. What the encodings of Unicode itself do in the planes
   * behind uses no byte value inside a character that these do not use.
   */
  private static final int CODE_POINTS = 0x30000;

  private static final int LONGEST_CHARACTER = 32;

  private static final Map<Charset, BitSet> CACHE = new ConcurrentHashMap<>();

  private TrailBytes() {}

  static BitSet of(Charset charset) {
    return (BitSet) cached(charset).clone();
  }

  static boolean canSplit(byte[] delimiter, Charset charset) {
    return cached(charset).get(delimiter[0] & 0xff) || endsWithinCharacter(delimiter, charset);
  }

  private static BitSet cached(Charset charset) {
    return CACHE.computeIfAbsent(charset, TrailBytes::compute);
  }

  private static boolean endsWithinCharacter(byte[] delimiter, Charset charset) {
    CharsetDecoder decoder = charset
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE);
    ByteBuffer in = ByteBuffer.wrap(delimiter);
    decoder.decode(in, CharBuffer.allocate(2 * delimiter.length + 2), false);
    return in.hasRemaining();
  }

  private static BitSet compute(Charset charset) {
    BitSet trail = new BitSet(256);
    if (!charset.canEncode()) {
      trail.set(0, 256); // not to be found out, so anything is possible
      return trail;
    }
    CharsetEncoder encoder = charset.newEncoder();
    ByteBuffer out = ByteBuffer.allocate(LONGEST_CHARACTER);
    char[] chars = new char[2];
    for (int codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
      if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
        int count = Character.toChars(codePoint, chars, 0);
        encoder.reset();
        encoder.encode(CharBuffer.wrap(chars, 0, count), out.clear(), true);
        encoder.flush(out);
        for (int i = 1; i < out.position(); i++) {
          trail.set(out.get(i) & 0xff);
        }
      }
    }
    return trail;
  }
}
