package io.pipewright.text;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/**
 * Reads a text that comes in pieces, without a pipeline: for programs that print what they receive.
 *
 * <pre>{@code
 * IncrementalText text = IncrementalText.of(UTF_8, BadBytes.REPLACE);
 * while (channel.read(buffer) >= 0) {
 *   System.out.print(text.feed(buffer.flip()));
 *   buffer.clear();
 * }
 * System.out.print(text.finish());
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class IncrementalText {

  private final StreamDecoder decoder;

  private IncrementalText(StreamDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Begins a text.
   *
   * @param charset the charset of the bytes
   * @param badBytes whether what is no text is replaced, or ends the text with an exception
   */
  public static IncrementalText of(Charset charset, BadBytes badBytes) {
    return new IncrementalText(new StreamDecoder(charset, badBytes));
  }

  /**
   * Reads the next bytes.
   *
   * @param bytes all that remain in it are taken
   * @return their text, up to a character that they cut; the rest of it comes with the next bytes
   * @throws MalformedTextException if the bytes are no text. When text comes before them, that is
   *     returned and the next call throws
   */
  public String feed(ByteBuffer bytes) {
    throwFailure();
    String text = decoder.decode(bytes);
    bytes.position(bytes.limit());
    if (text.isEmpty()) {
      throwFailure();
    }
    return text;
  }

  /**
   * Ends the text. Another may begin then.
   *
   * @return mostly nothing; U+FFFD for a character of which the rest never came
   * @throws MalformedTextException if bytes before were no text, or a character is incomplete
   */
  public String finish() {
    throwFailure();
    String text = decoder.finish();
    throwFailure();
    return text;
  }

  /** Whether the last bytes ended within a character, so that more is certain to come. */
  public boolean midCharacter() {
    return decoder.midCharacter();
  }

  private void throwFailure() {
    if (decoder.failure() != null) {
      throw decoder.failure();
    }
  }
}
