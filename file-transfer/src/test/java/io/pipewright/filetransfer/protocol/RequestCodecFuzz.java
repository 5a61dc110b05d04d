package io.pipewright.filetransfer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.filetransfer.store.Refused;

/** Anything may come to a server: a target for .ci/fuzz, and for the corpus in every build. */
public final class RequestCodecFuzz {

  private RequestCodecFuzz() {}

  /**
   * One input.
   *
   * @param input a byte that chooses the cuts, then what a client sends
   */
  public static void fuzzerTestOneInput(byte[] input) {
    for (Object message : new CodecFuzz(Wire::requests, Limits.MAX_REQUEST_BYTES, input).run()) {
      assertThat(message).isInstanceOf(Request.class);
      if (isSayable((Request) message)) {
        assertThat(again((Request) message)).hasToString(message.toString());
      }
    }
  }

  private static boolean isSayable(Request request) {
    return !(request instanceof Request.Unknown
        || request instanceof Request.Malformed
        || request.toString().contains(Refused.class.getSimpleName() + "["));
  }

  private static Object again(Request request) {
    EmbeddedChannel client = Wire.client();
    EmbeddedChannel server = Wire.server();
    client.writeOutbound(request);
    server.writeInbound(Unpooled.wrappedBuffer(Wire.written(client)));
    Object read = server.readInbound();
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
    return read;
  }
}
