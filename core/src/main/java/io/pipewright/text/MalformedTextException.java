package io.pipewright.text;

import io.pipewright.ProtocolException;
import java.nio.charset.Charset;

/**
 * Bytes that are no text in their charset, or text that the charset cannot write. A decoder fires
 * it through the pipeline, an encoder fails the write's promise with it; both close the connection.
 */
public final class MalformedTextException extends ProtocolException {

  private final transient Charset charset;

  private MalformedTextException(Charset charset, String sentence) {
    super(sentence);
    this.charset = charset;
  }

  static MalformedTextException badBytes(Charset charset, String hex) {
    return new MalformedTextException(charset, "the bytes " + hex + " are no " + charset + " text");
  }

  static MalformedTextException cutCharacter(Charset charset, String hex) {
    return new MalformedTextException(
        charset, "the text ends within a character of " + charset + ", after the bytes " + hex);
  }

  static MalformedTextException unmappable(Charset charset, int codePoint) {
    return new MalformedTextException(
        charset, String.format("the character U+%04X cannot be written in %s", codePoint, charset));
  }

  /** The charset that the bytes or the text did not fit. */
  public Charset charset() {
    return charset;
  }
}
