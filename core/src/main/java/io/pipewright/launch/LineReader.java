package io.pipewright.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * Lines of text from a stream of bytes. LF or CRLF ends a line; the last one may do without. A line
 * that is not in the charset, or that never ends, is an error rather than something else than what
 * was typed.
 */
final class LineReader {

  private static final int MAX_LINE_BYTES = 1 << 20;

  private final InputStream in;
  private final Charset charset;

  LineReader(InputStream in, Charset charset) {
    this.in = in;
    this.charset = charset;
  }

  /** Blocks for the next line; empty at the end of the input. */
  Optional<String> readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    while (next >= 0 && next != '\n') {
      if (line.size() == MAX_LINE_BYTES) {
        throw new LaunchException(
            ExitCode.FAILED,
            "a line of standard input is longer than %d bytes".formatted(MAX_LINE_BYTES));
      }
      line.write(next);
      next = in.read();
    }
    return Optional.of(decoded(line.toByteArray()));
  }

  private String decoded(byte[] line) {
    int length = line.length;
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(line, 0, length)).toString();
    } catch (CharacterCodingException e) {
      throw new LaunchException(
          ExitCode.USAGE,
          "standard input is not %s; java -Dstdin.encoding=CHARSET says what it is"
              .formatted(charset),
          e);
    }
  }
}
