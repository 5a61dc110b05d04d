package io.pipewright.filetransfer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

/** Anything may come to a client: a target for .ci/fuzz, and for the corpus in every build. */
public final class AnswerCodecFuzz {

  private AnswerCodecFuzz() {}

  /**
   * One input.
   *
   * @param input a byte that chooses the cuts, then what a server sends
   */
  public static void fuzzerTestOneInput(byte[] input) {
    for (Object message : new CodecFuzz(Wire::rawAnswers, Limits.MAX_ANSWER_BYTES, input).run()) {
      assertThat(message).isInstanceOf(Answer.class);
      if (!(message instanceof Answer.Failure failure && failure.code() == ErrorCode.OTHER)) {
        assertThat(again((Answer) message)).isEqualTo(message);
      }
    }
  }

  private static Object again(Answer answer) {
    EmbeddedChannel client = Wire.client();
    EmbeddedChannel server = Wire.server();
    server.writeOutbound(answer);
    client.writeInbound(Unpooled.wrappedBuffer(Wire.written(server)));
    Object read = client.readInbound();
    server.finishAndReleaseAll();
    if (!(answer instanceof Answer.Data || answer instanceof Answer.Pack)) {
      client.finishAndReleaseAll(); // its bytes are missing: that would be told as an error
    }
    return read;
  }
}
