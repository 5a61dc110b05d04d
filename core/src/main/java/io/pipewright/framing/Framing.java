package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the messages in a stream of bytes are told apart. A framing is an immutable value, safe to
 * share; the handlers that it makes are one connection's.
 *
 * <pre>{@code
 * Framing.lines().maxLength(8_192)
 * Framing.delimiter("|", US_ASCII)
 * Framing.lengthPrefix(4).littleEndian().adjustment(-4)
 * Framing.fixedLength(188)
 * Framing.none()
 * }</pre>
 *
 * <p>All but {@link #none} have a maximum: what exceeds it is a {@link FrameTooLongException}, which
 * closes the connection before the excess is buffered.
 */
public abstract class Framing {

  /** The longest frame unless the framing says otherwise, in bytes of content: 64 KiB. */
  public static final int DEFAULT_MAX_BYTES = 65_536;

  /** The most that a maximum may be: 1 GiB. A frame is held in memory whole. */
  public static final int LARGEST_MAX_BYTES = 1 << 30;

  /** For subclasses that bring a framing of their own. */
  protected Framing() {}

  /**
   * No framing: what one read brings is a message, whatever the network made of the peer's writes.
   */
  public static Framing none() {
    return NoFraming.INSTANCE;
  }

  /** Lines of at most {@value #DEFAULT_MAX_BYTES} bytes; LF or CRLF ends one. LF is written. */
  public static LineFraming lines() {
    return new LineFraming(DEFAULT_MAX_BYTES, false, false);
  }

  /**
   * Frames of at most {@value #DEFAULT_MAX_BYTES} bytes that end in the given bytes.
   *
   * @param delimiter one byte or more
   * @throws ConfigurationException if there is no byte
   */
  public static DelimiterFraming delimiter(byte... delimiter) {
    if (delimiter.length == 0) {
      throw new ConfigurationException("delimiter", delimiter, "needs one byte or more");
    }
    return new DelimiterFraming(new Delimiter(delimiter), DEFAULT_MAX_BYTES, false);
  }

  /**
   * Frames of at most {@value #DEFAULT_MAX_BYTES} bytes that end in the given text.
   *
   * @param delimiter one character or more
   * @param charset how the delimiter is written
   * @throws ConfigurationException if the delimiter is empty
   */
  public static DelimiterFraming delimiter(String delimiter, Charset charset) {
    return delimiter(delimiter.getBytes(charset));
  }

  /**
   * Frames of at most {@value #DEFAULT_MAX_BYTES} bytes, each behind a field with its length:
   * big-endian and unsigned, the body's length alone, until told otherwise.
   *
   * @param fieldBytes 1, 2, 3, 4 or 8
   * @throws ConfigurationException for another number
   */
  public static LengthFraming lengthPrefix(int fieldBytes) {
    if (fieldBytes < 1 || fieldBytes > 8 || (fieldBytes > 4 && fieldBytes < 8)) {
      throw new ConfigurationException(
          "lengthPrefix", fieldBytes, "a field has 1, 2, 3, 4 or 8 bytes, not " + fieldBytes);
    }
    return new LengthFraming(new LengthField(fieldBytes, false, 0), DEFAULT_MAX_BYTES);
  }

  /**
   * Frames of one length.
   *
   * @param bytes 1 to {@value #LARGEST_MAX_BYTES}
   * @throws ConfigurationException for another number
   */
  public static FixedFraming fixedLength(int bytes) {
    return new FixedFraming(checkMax("fixedLength", bytes));
  }

  static int checkMax(String field, int bytes) {
    if (bytes < 1 || bytes > LARGEST_MAX_BYTES) {
      throw new ConfigurationException(
          field, bytes, "must be 1 to " + LARGEST_MAX_BYTES + " bytes, not " + bytes);
    }
    return bytes;
  }

  /**
   * A decoder for one channel, {@code ByteBuf}s in and one {@code ByteBuf} a frame out; empty if
   * reads need no cutting.
   */
  public abstract Optional<ChannelHandler> newDecoder();

  /**
   * A new encoder, one {@code ByteBuf} a message in and bytes out; empty if messages go out as they
   * are.
   */
  public abstract Optional<ChannelHandler> newEncoder();

  /** The longest content of a frame, without header or terminator; empty if nothing bounds it. */
  public abstract OptionalInt maxFrameBytes();

  /** One line for people: "lines (LF or CRLF), at most 8192 bytes". */
  public abstract String describe();

  /**
   * The bytes that end a frame, if it is bytes in the content's own stream that do: they must not
   * be able to occur inside a character of the content's charset.
   */
  public Optional<byte[]> delimiterBytes() {
    return Optional.empty();
  }

  @Override
  public final String toString() {
    return describe();
  }
}
