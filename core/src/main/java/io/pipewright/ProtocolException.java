package io.pipewright;

/**
 * What a <em>peer</em> did wrong on the wire: a frame over the maximum, bytes that are no text, an
 * end in the middle of a message. It is fired through the peer's own pipeline and ends the peer's
 * own connection; the server and every other connection go on.
 */
public class ProtocolException extends PipewrightException {

  /**
   * @param sentence what the peer did, with the limit and the actual value where there are any
   */
  public ProtocolException(String sentence) {
    super(sentence);
  }

  /**
   * @param sentence what the peer did, with the limit and the actual value where there are any
   * @param cause what lies beneath
   */
  public ProtocolException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
