package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Frames that end in a delimiter. The first place where the delimiter is complete ends the frame;
 * frames come without it and the encoder writes it, unless told otherwise.
 *
 * <p>The encoder refuses a message in which, the delimiter behind it, a decoder would find the
 * delimiter earlier.
 */
public final class DelimiterFraming extends Framing {

  private final Delimiter delimiter;
  private final int maxBytes;
  private final boolean keepDelimiter;

  DelimiterFraming(Delimiter delimiter, int maxBytes, boolean keepDelimiter) {
    this.delimiter = delimiter;
    this.maxBytes = maxBytes;
    this.keepDelimiter = keepDelimiter;
  }

  /**
   * The longest frame, its delimiter not counted.
   *
   * @param bytes 1 to {@value Framing#LARGEST_MAX_BYTES}
   * @throws ConfigurationException for another number
   */
  public DelimiterFraming maxLength(int bytes) {
    return new DelimiterFraming(delimiter, checkMax("maxLength", bytes), keepDelimiter);
  }

  /** Frames carry their delimiter, and what is written goes out as it is. */
  public DelimiterFraming keepDelimiter() {
    return new DelimiterFraming(delimiter, maxBytes, true);
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.of(new DelimiterDecoder(delimiter, maxBytes, keepDelimiter));
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return keepDelimiter
        ? Optional.empty()
        : Optional.of(new DelimiterEncoder(delimiter, maxBytes));
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return OptionalInt.of(maxBytes);
  }

  @Override
  public Optional<byte[]> delimiterBytes() {
    return Optional.of(delimiter.toBytes());
  }

  @Override
  public String describe() {
    return "delimited by "
        + HexFormat.ofDelimiter(" ").withUpperCase().formatHex(delimiter.toBytes())
        + (keepDelimiter ? " (kept)" : "")
        + ", at most "
        + maxBytes
        + " bytes";
  }
}
