package io.pipewright.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.pipewright.ProtocolException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.SubstituteLogger;

class UnhandledErrorsTest {

  private final Queue<SubstituteLoggingEvent> logged = new ArrayDeque<>();
  private final UnhandledErrors last =
      new UnhandledErrors(new SubstituteLogger("recording", logged, false), new ErrorCounts());

  @Test
  void whatAPeerDidWrongIsToldAsSuchAlsoWhenNettysCodecClassesHaveWrappedIt() {
    EmbeddedChannel channel =
        new EmbeddedChannel(decoder(new ProtocolException("too short")), last);

    channel.writeInbound("x");

    assertThat(logged.element().getLevel()).isEqualTo(Level.INFO);
    assertThat(logged.element().getMessage()).endsWith(": too short");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aHandlersOwnFailureIsAWarning() {
    EmbeddedChannel channel = new EmbeddedChannel(decoder(new IllegalStateException("oops")), last);

    channel.writeInbound("x");

    assertThat(logged.element().getLevel()).isEqualTo(Level.WARN);
    assertThat(logged.element().getMessage()).contains("a handler failed: ").contains("oops");
    assertThat(channel.isOpen()).isFalse();
  }

  private static MessageToMessageDecoder<String> decoder(RuntimeException failure) {
    return new MessageToMessageDecoder<>() {
      @Override
      protected void decode(ChannelHandlerContext ctx, String message, List<Object> out) {
        throw failure;
      }
    };
  }
}
