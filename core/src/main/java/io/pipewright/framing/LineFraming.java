package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Lines. LF and CRLF end one, mixed as the peer likes; a CR that no LF follows is content. Frames
 * come without their terminator and the encoder writes LF, unless told otherwise.
 *
 * <p>The encoder refuses a message that the peer would not read back as it is: one that contains
 * LF, or that ends in CR when LF is written.
 */
public final class LineFraming extends Framing {

  private final int maxBytes;
  private final boolean keepTerminator;
  private final boolean crlf;

  LineFraming(int maxBytes, boolean keepTerminator, boolean crlf) {
    this.maxBytes = maxBytes;
    this.keepTerminator = keepTerminator;
    this.crlf = crlf;
  }

  /**
   * The longest line, its terminator not counted.
   *
   * @param bytes 1 to {@value Framing#LARGEST_MAX_BYTES}
   * @throws ConfigurationException for another number
   */
  public LineFraming maxLength(int bytes) {
    return new LineFraming(checkMax("maxLength", bytes), keepTerminator, crlf);
  }

  /** Frames carry their LF or CRLF, and what is written goes out as it is. */
  public LineFraming keepTerminator() {
    return new LineFraming(maxBytes, true, crlf);
  }

  /** The encoder ends lines with CRLF. */
  public LineFraming crlf() {
    return new LineFraming(maxBytes, keepTerminator, true);
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.of(new LineDecoder(maxBytes, keepTerminator));
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return keepTerminator ? Optional.empty() : Optional.of(new LineEncoder(maxBytes, crlf));
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return OptionalInt.of(maxBytes);
  }

  @Override
  public Optional<byte[]> delimiterBytes() {
    return Optional.of(new byte[] {'\n'});
  }

  @Override
  public String describe() {
    return "lines (LF or CRLF"
        + (keepTerminator ? ", kept" : crlf ? ", CRLF written" : "")
        + "), at most "
        + maxBytes
        + " bytes";
  }
}
