package io.pipewright.text;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Writes the texts of one connection in any charset. Each leaves the charset's shift state as a
 * reader expects it at a beginning; a byte order mark comes before the first text alone.
 */
final class BufferEncoder {

  private final CharsetEncoder encoder;
  private final int markBytes;
  private boolean marked;

  BufferEncoder(Charset charset, BadBytes badBytes) {
    CodingErrorAction action =
        badBytes == BadBytes.REPLACE ? CodingErrorAction.REPLACE : CodingErrorAction.REPORT;
    encoder = charset.newEncoder().onMalformedInput(action).onUnmappableCharacter(action);
    markBytes = measureMark();
  }

  /** As one character more makes a text longer by one character's bytes, what remains is a mark. */
  private int measureMark() {
    ByteBuf one = write(UnpooledByteBufAllocator.DEFAULT, "a");
    ByteBuf two = write(UnpooledByteBufAllocator.DEFAULT, "aa");
    int mark = one.readableBytes() - (two.readableBytes() - one.readableBytes());
    one.release();
    two.release();
    return mark;
  }

  /**
   * The text's bytes, in a new buffer for the caller to release.
   *
   * @throws MalformedTextException if the charset lacks a character and it is not to be replaced
   */
  ByteBuf encode(ByteBufAllocator alloc, CharSequence text) {
    ByteBuf out = write(alloc, text);
    if (out.isReadable()) {
      if (marked) {
        out.skipBytes(markBytes);
      }
      marked = true;
    }
    return out;
  }

  private ByteBuf write(ByteBufAllocator alloc, CharSequence text) {
    CharBuffer in = CharBuffer.wrap(text);
    int bytes = (int) Math.ceil(text.length() * (double) encoder.maxBytesPerChar());
    ByteBuf out = alloc.buffer(bytes + TextEncoder.TERMINATOR_ROOM);
    encoder.reset();
    CoderResult result = step(in, out, false);
    if (!result.isError()) {
      result = step(in, out, true);
    }
    if (result.isError()) {
      out.release();
      throw MalformedTextException.unmappable(encoder.charset(), Character.codePointAt(in, 0));
    }
    return out;
  }

  /** Encodes the text, or ends it, in as much room as it takes. */
  private CoderResult step(CharBuffer in, ByteBuf out, boolean flush) {
    CoderResult result;
    do {
      out.ensureWritable(TextEncoder.TERMINATOR_ROOM + (int) encoder.maxBytesPerChar());
      ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
      result = flush ? encoder.flush(room) : encoder.encode(in, room, true);
      out.writerIndex(out.writerIndex() + room.position());
    } while (result.isOverflow());
    return result;
  }
}
