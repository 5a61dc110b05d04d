package io.pipewright.text;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.HexFormat;

/**
 * Reads a text that comes in pieces. The start of a character that a piece has cut is kept; all
 * other state (shifts, byte order) is the JDK decoder's own. Not thread-safe.
 */
final class StreamDecoder {

  private static final int SCRATCH_CHARS = 8_192;

  /** More than any charset needs to tell that a character, or a shift sequence, is not complete. */
  private static final int MOST_CARRIED = 16;

  private static final FastThreadLocal<CharBuffer> SCRATCH = new FastThreadLocal<>() {
    @Override
    protected CharBuffer initialValue() {
      return CharBuffer.allocate(SCRATCH_CHARS);
    }
  };

  private final CharsetDecoder decoder;

  /** The bytes of a cut character, from 0 to the position. */
  private final ByteBuffer carried = ByteBuffer.allocate(MOST_CARRIED);

  private MalformedTextException failure;

  StreamDecoder(Charset charset, BadBytes badBytes) {
    CodingErrorAction action =
        badBytes == BadBytes.REPLACE ? CodingErrorAction.REPLACE : CodingErrorAction.REPORT;
    decoder = charset.newDecoder().onMalformedInput(action).onUnmappableCharacter(action);
  }

  /** Why it goes no further, or null. The text before the failure has been returned. */
  MalformedTextException failure() {
    return failure;
  }

  boolean midCharacter() {
    return carried.position() > 0;
  }

  /** The bytes kept so far; a copy. */
  byte[] carried() {
    byte[] bytes = new byte[carried.position()];
    carried.get(0, bytes);
    return bytes;
  }

  /** The text of the bytes, which are all taken, up to a character that they cut. */
  String decode(ByteBuffer in) {
    Text text = new Text();
    while (midCharacter() && in.hasRemaining() && failure == null) {
      carried.put(in.get()).flip();
      step(carried, text, false);
      carried.compact();
    }
    if (failure == null) {
      step(in, text, false);
    }
    if (failure == null) {
      carried.put(in);
    }
    return text.toString();
  }

  /** The text of what was kept, now that nothing follows; then a new text may begin. */
  String finish() {
    Text text = new Text();
    if (failure == null) {
      String hex = hex(carried());
      carried.flip();
      step(carried, text, true);
      if (failure == null) {
        while (decoder.flush(text.room()).isOverflow()) {
          text.drain();
        }
      } else {
        failure = MalformedTextException.cutCharacter(decoder.charset(), hex);
      }
    }
    carried.clear();
    decoder.reset();
    return text.toString();
  }

  private void step(ByteBuffer in, Text text, boolean last) {
    CoderResult result = decoder.decode(in, text.room(), last);
    while (result.isOverflow()) {
      text.drain();
      result = decoder.decode(in, text.room(), last);
    }
    if (result.isError()) {
      byte[] bad = new byte[Math.min(result.length(), in.remaining())];
      in.get(in.position(), bad);
      failure = MalformedTextException.badBytes(decoder.charset(), hex(bad));
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
  }

  /** What one call decodes: in the thread's own buffer, and beyond that only what is long. */
  private static final class Text {

    private final CharBuffer room = SCRATCH.get().clear();
    private StringBuilder drained;

    CharBuffer room() {
      return room;
    }

    void drain() {
      if (drained == null) {
        drained = new StringBuilder(4 * SCRATCH_CHARS);
      }
      drained.append(room.flip());
      room.clear();
    }

    @Override
    public String toString() {
      if (drained == null) {
        return room.flip().toString();
      }
      drain();
      return drained.toString();
    }
  }
}
