package io.pipewright.filetransfer.download;

import java.util.OptionalLong;

/** What came is not what it should be: a block's sum stays wrong, or the whole file's SHA-256 is another one. */
public final class IntegrityException extends DownloadException {

  private final transient OptionalLong block;

  private IntegrityException(String name, OptionalLong block, String sentence) {
    super(name, sentence, null);
    this.block = block;
  }

  /** Which block stays wrong; nothing if it is the whole file that is another one. */
  public OptionalLong block() {
    return block;
  }

  /**
   * A block that nobody sends right. What is verified is kept.
   *
   * @param name the name that was asked for
   * @param block which one, from 0, of 1 MiB each
   * @param tries how often it came wrong
   * @return the exception
   */
  public static IntegrityException ofBlock(String name, long block, int tries) {
    return new IntegrityException(
        name,
        OptionalLong.of(block),
        "block %d of %s came %d times with bytes that do not have the sum the server said: something between corrupts them"
            .formatted(block, name, tries));
  }

  /**
   * A file that is another one than the user wants. What had come is thrown away.
   *
   * @param name the name that was asked for
   * @param expected the SHA-256 that the user gave, in hexadecimal
   * @param actual the SHA-256 of what came
   * @return the exception
   */
  public static IntegrityException ofFile(String name, String expected, String actual) {
    return new IntegrityException(
        name,
        OptionalLong.empty(),
        "%s does not have the SHA-256 %s but %s: it is another file than expected"
            .formatted(name, expected, actual));
  }
}
