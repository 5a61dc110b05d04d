package io.pipewright.framing;

import io.pipewright.testkit.DecoderVerifier;
import org.junit.jupiter.api.Test;

class LineFramingTest {
  private static DecoderVerifier decoding(LineFraming framing, String input) {
    return DecoderVerifier.of(() -> framing.newDecoder().orElseThrow(), input);
  }

  @Test
  void lfAndCrlfEndALine() {
    decoding(Framing.lines(), "one\ntwo\r\n\n\r\nlast\n").yields("one", "two", "", "", "last");
  }
}
