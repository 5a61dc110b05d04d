package io.pipewright;

/**
 * The root of everything that Pipewright throws. Each kind says in one sentence what happened and
 * what a user can do about it, and carries its facts as accessors, so that no caller has to take
 * the sentence apart.
 */
public abstract class PipewrightException extends RuntimeException {

  /**
   * @param sentence one sentence for a user, without a line break
   */
  protected PipewrightException(String sentence) {
    super(sentence);
  }

  /**
   * @param sentence one sentence for a user, without a line break
   * @param cause what lies beneath, or {@code null}
   */
  protected PipewrightException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
