package io.pipewright.text;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.nio.charset.Charset;
import java.util.BitSet;

/**
 * Turns bytes into {@code String}s and text into bytes, in one charset. An immutable value, safe to
 * share; the handlers that it makes are one connection's.
 *
 * <pre>{@code
 * TextCodec.of(Charset.forName("GBK")).onBadBytes(BadBytes.REPLACE)
 * }</pre>
 *
 * <p>A charset with a byte order mark (UTF-16, UTF-32) writes it once, before a connection's first
 * text.
 */
public final class TextCodec {

  private final Charset charset;
  private final BadBytes badBytes;

  private TextCodec(Charset charset, BadBytes badBytes) {
    this.charset = charset;
    this.badBytes = badBytes;
  }

  /**
   * A codec that closes the connection for bytes that are no text.
   *
   * @param charset any that can write as well as read
   * @throws ConfigurationException if it can only read
   */
  public static TextCodec of(Charset charset) {
    if (!charset.canEncode()) {
      throw new ConfigurationException("charset", charset, charset + " can be read, not written");
    }
    return new TextCodec(charset, BadBytes.CLOSE);
  }

  /** The same charset with another answer to bytes that are no text. */
  public TextCodec onBadBytes(BadBytes policy) {
    return new TextCodec(charset, policy);
  }

  /** The charset. */
  public Charset charset() {
    return charset;
  }

  /** What becomes of bytes that are no text. */
  public BadBytes badBytes() {
    return badBytes;
  }

  /**
   * A decoder for one channel: {@code ByteBuf} in, which it releases, {@code String} out. Other
   * messages pass.
   *
   * <p>Bad bytes are replaced, or fired once as {@link MalformedTextException}: then the channel is
   * closed and what else arrives is released unseen.
   *
   * @param wholeFrames whether each buffer is a text of its own, so that a character cut at its end
   *     is bad bytes, and an empty one an empty text. If not, buffers are parts of one long text: a
   *     cut character waits for its rest, what is good before bad bytes is still handed on, and the
   *     end of the input (or a half-close) in a character is bad bytes.
   */
  public ChannelHandler newDecoder(boolean wholeFrames) {
    return wholeFrames ? new FrameTextDecoder(this) : new StreamTextDecoder(this);
  }

  /**
   * An encoder for one channel: {@code CharSequence} in, {@code ByteBuf} out. Other messages pass.
   * Text that the charset cannot write is replaced in part, or fails the promise with {@link
   * MalformedTextException} and closes the channel.
   */
  public ChannelHandler newEncoder() {
    return new TextEncoder(this);
  }

  /**
   * The byte values that occur inside some character of the charset, that is not as its first byte.
   * 0x40 to 0x7E are among GBK's, and so is {@code |}; 0x0A is not.
   *
   * @return a copy of the caller's own, of indexes 0 to 255
   */
  public static BitSet trailBytes(Charset charset) {
    return TrailBytes.of(charset);
  }

  /**
   * Whether a delimiter can be found where it is not meant: from the middle of a character on, or
   * so that it ends within one. {@code |} in GBK can; a line feed in GBK or UTF-8 cannot, in UTF-16
   * it can.
   *
   * @param delimiter one byte or more
   * @param charset the charset of the text in which it is searched
   */
  public static boolean canSplit(byte[] delimiter, Charset charset) {
    return TrailBytes.canSplit(delimiter, charset);
  }

  @Override
  public String toString() {
    return charset + ", bad bytes " + (badBytes == BadBytes.CLOSE ? "close" : "are replaced");
  }
}
