package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Frames behind a field with their length.
 *
 * <pre>
 *   ┌──────────────────┬───────────────────────────────┐
 *   │ field: N         │ body: N + adjustment bytes    │     field: 1, 2, 3, 4 or 8 bytes
 *   └──────────────────┴───────────────────────────────┘
 * </pre>
 *
 * Frames come without the field and the encoder writes it. A field that announces more than the
 * maximum, or less than nothing, is refused before a byte of the body is held: {@link
 * FrameTooLongException}, {@link InvalidLengthException}.
 */
public final class LengthFraming extends Framing {

  private final LengthField field;
  private final int maxBytes;

  LengthFraming(LengthField field, int maxBytes) {
    this.field = field;
    this.maxBytes = maxBytes;
  }

  private static int bound(LengthField field, int maxBytes) {
    return (int) Math.min(field.maxBody(), maxBytes);
  }

  /** The field's least significant byte comes first. */
  public LengthFraming littleEndian() {
    return new LengthFraming(new LengthField(field.bytes(), true, field.adjustment()), maxBytes);
  }

  /**
   * What is added to the field's value to get the body's length: for a field of four bytes that
   * counts itself, −4.
   *
   * @throws ConfigurationException if the field could announce no body at all then
   */
  public LengthFraming adjustment(int bytes) {
    LengthField adjusted = new LengthField(field.bytes(), field.littleEndian(), bytes);
    if (adjusted.maxBody() < 0) {
      throw new ConfigurationException(
          "adjustment",
          bytes,
          "a field of "
              + field.bytes()
              + " bytes says at most "
              + field.max()
              + ", so that "
              + bytes
              + " leaves no body at all");
    }
    return new LengthFraming(adjusted, maxBytes);
  }

  /**
   * The longest body.
   *
   * @param bytes 1 to {@value Framing#LARGEST_MAX_BYTES}
   * @throws ConfigurationException for another number
   */
  public LengthFraming maxLength(int bytes) {
    return new LengthFraming(field, checkMax("maxLength", bytes));
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.of(new LengthDecoder(field, maxBytes));
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return Optional.of(new LengthEncoder(field, bound(field, maxBytes)));
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return OptionalInt.of(bound(field, maxBytes));
  }

  @Override
  public String describe() {
    return "length prefix ("
        + field.bytes()
        + (field.bytes() == 1 ? " byte" : " bytes")
        + (field.littleEndian() ? ", little-endian" : ", big-endian")
        + (field.adjustment() == 0 ? "" : ", plus " + field.adjustment())
        + "), at most "
        + bound(field, maxBytes)
        + " bytes";
  }
}
