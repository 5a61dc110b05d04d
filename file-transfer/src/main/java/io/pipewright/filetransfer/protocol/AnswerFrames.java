package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Whole frames of answers, put one behind the other into a buffer of the caller's: for a small file, whose FILE, DATA, bytes and END
 * travel in one piece.
 *
 * <pre>
 *   │ FILE: 46 │ DATA: 30 │ the file's bytes │ END: 5 │     read the bytes to their place first, then sum them, then
 *   └── 76 bytes of room ─┘                  └────────┘     write the frames around them
 * </pre>
 *
 * Such a buffer goes to the encoder as {@code RawBytes.of(buffer)}, which passes {@link RequestCodec} and the encoder untouched.
 */
public final class AnswerFrames {

  /** The frame of a {@link Answer.FileFacts}. */
  public static final int FILE_BYTES = Integer.BYTES + AnswerWriter.FILE_BYTES;

  /** The frame of a {@link Answer.Data}, without the bytes that it announces. */
  public static final int DATA_BYTES = Integer.BYTES + AnswerWriter.DATA_BYTES;

  /** The frame of an {@link Answer.End}. */
  public static final int END_BYTES = Integer.BYTES + AnswerWriter.END_BYTES;

  private AnswerFrames() {}

  /**
   * One answer's frame, length included.
   *
   * @return a buffer of the caller's
   */
  public static ByteBuf encode(Answer answer, ByteBufAllocator allocator) {
    ByteBuf frame = allocator.directBuffer(Integer.BYTES + AnswerWriter.roughBytes(answer));
    try {
      append(answer, frame);
      return frame;
    } catch (RuntimeException e) {
      frame.release();
      throw e;
    }
  }

  /**
   * Appends an answer's frame, length included.
   *
   * @param answer what to write
   * @param out where; stays the caller's
   */
  public static void append(Answer answer, ByteBuf out) {
    int begin = out.writerIndex();
    out.writeZero(Integer.BYTES);
    AnswerWriter.write(answer, out);
    out.setInt(begin, out.writerIndex() - begin - Integer.BYTES);
  }
}
