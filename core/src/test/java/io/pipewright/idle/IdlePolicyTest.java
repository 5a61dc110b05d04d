package io.pipewright.idle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.Framing;
import io.pipewright.text.TextCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdlePolicyTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What reached the end of the pipeline. */
  private final Events events = new Events();

  private static final class Events extends ChannelInboundHandlerAdapter {

    private final List<Object> seen = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      seen.add(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      errors.add(cause);
    }
  }

  /** A channel in frozen time, whose peer takes as many bytes of each message as it is told to. */
  private static final class Connection extends EmbeddedChannel {

    private long takes = Long.MAX_VALUE;

    Connection(ChannelHandler... handlers) {
      freezeTime();
      pipeline().addLast(handlers);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
      for (Object message = in.current(); message != null && takes > 0; message = in.current()) {
        long bytes = Math.min(takes, ((ByteBuf) message).readableBytes());
        takes -= bytes;
        in.removeBytes(bytes);
      }
    }

    /** The peer reads so many more bytes, and stops. */
    void takes(long bytes) {
      takes = bytes;
      unsafe().flush(); // as the event loop does, without the pipeline
    }

    Connection after(long seconds) {
      advanceTimeBy(seconds, TimeUnit.SECONDS);
      runScheduledPendingTasks();
      runPendingTasks();
      return this;
    }
  }

  private static ByteBuf bytes(int count) {
    return Unpooled.buffer().writeZero(count);
  }

  private Connection connection(IdlePolicy policy) {
    return new Connection(policy.newHandler(), events);
  }

  @Test
  void aConnectionOnWhichNothingHappensIsClosedAtItsLimit() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(events.seen).isEmpty();
    assertThat(channel.after(1).isOpen()).isFalse();
    assertThat(events.seen).containsExactly(new IdleEvent(LIMIT));
  }

  @Test
  void messagesKeepAConnectionAndTheLimitRunsFromTheLast() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    for (int i = 0; i < 10; i++) {
      channel.after(59).writeInbound("message");
    }
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
    channel.releaseInbound();
  }

  @Test
  void bytesThatDripBehindAFramingKeepNothing() {
    Connection channel = new Connection(
        Framing.lines().newDecoder().orElseThrow(),
        IdlePolicy.closeAfter(LIMIT).newHandler(),
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush(); // as many handlers do, whether there is something or not
          }
        },
        events);
    for (int i = 0; i < 59; i++) {
      channel.after(1).writeInbound(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII));
      assertThat(channel.isOpen()).isTrue();
    }
    assertThat(channel.after(1).isOpen()).isFalse();
    assertThat(events.seen).containsExactly(new IdleEvent(LIMIT));
  }

  @Test
  void bytesThatMakeUpAFrameKeepTheConnection() {
    Connection channel = new Connection(
        Framing.lines().newDecoder().orElseThrow(),
        IdlePolicy.closeAfter(LIMIT).newHandler(),
        events);
    channel.after(50).writeInbound(Unpooled.copiedBuffer("x\n", StandardCharsets.US_ASCII));
    assertThat(channel.after(59).isOpen()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void writesThatThePeerTakesKeepTheConnection() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    for (int i = 0; i < 5; i++) {
      channel.after(50).writeAndFlush(bytes(10));
    }
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aVoidPromiseTellsAsMuch() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.after(50).writeAndFlush(bytes(10), channel.voidPromise());
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aWriteThatIsDoneLaterCountsFromThen() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.takes(0);
    channel.after(20).writeAndFlush(bytes(10));
    channel.after(10).takes(Long.MAX_VALUE);
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aPeerThatTakesALongAnswerSlowlyIsAlive() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.takes(0);
    channel.writeAndFlush(bytes(1_000));
    for (int i = 0; i < 9; i++) {
      channel.after(55).takes(100);
    }
    assertThat(channel.isOpen()).isTrue();
    channel.after(55).takes(100);
    assertThat(channel.after(59).isOpen())
        .as("the limit runs from the last byte")
        .isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aPeerThatStopsReadingGoesAtItsLimitThoughMoreIsWrittenToIt() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.after(10).takes(0);
    for (int i = 0; i < 49; i++) {
      channel.after(1).writeAndFlush(bytes(1_000));
      assertThat(channel.isOpen()).isTrue();
    }
    assertThat(channel.after(1).isOpen()).isFalse();
    assertThat(events.seen).containsExactly(new IdleEvent(LIMIT));
  }

  @Test
  void aPeerThatStopsInTheMiddleGoesWithinTwiceItsLimit() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.takes(0);
    channel.writeAndFlush(bytes(1_000));
    channel.after(10).takes(500);
    assertThat(channel.after(50).isOpen())
        .as("half of it left, some time before")
        .isTrue();
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aPeerThatTakesOneOfManyMessagesIsAliveThoughMoreIsWritten() {
    Connection channel = connection(IdlePolicy.closeAfter(LIMIT));
    channel.takes(0);
    channel.write(bytes(100));
    channel.write(bytes(100));
    channel.writeAndFlush(bytes(100));
    channel.after(30).takes(100);
    channel.write(bytes(1_000));
    assertThat(channel.after(30).isOpen()).isTrue();
    assertThat(channel.after(60).isOpen()).isFalse();
  }

  @Test
  void anAnswerWrittenInTheBatchOfItsRequestIsWatchedToo() {
    ChannelInboundHandlerAdapter answering = new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ctx.writeAndFlush(bytes(1_000));
      }
    };
    Connection channel =
        new Connection(IdlePolicy.closeAfter(LIMIT).newHandler(), answering, events);
    channel.takes(100);
    channel.after(30).writeInbound("request");
    assertThat(channel.after(59).isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).as("no byte left since").isFalse();
  }

  @Test
  void aHeartbeatIsWrittenWhenNothingElseWas() {
    Connection channel = new Connection(
        Framing.lines().newEncoder().orElseThrow(),
        TextCodec.of(StandardCharsets.UTF_8).newEncoder(),
        IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> "PING").newHandler(),
        events);
    List<String> written = recordWrites(channel);
    channel.after(14);
    assertThat(written).isEmpty();
    channel.after(1);
    assertThat(written).containsExactly("PING\n");
    channel.after(10).writeAndFlush("data");
    assertThat(written).containsExactly("PING\n", "data\n");
    channel.after(14);
    assertThat(written).hasSize(2);
    channel.after(1).after(15).after(15);
    assertThat(written).hasSize(5).endsWith("PING\n");
    assertThat(channel.isOpen()).isTrue();
    channel.finish();
    channel.after(100);
    assertThat(written).hasSize(5);
  }

  private static List<String> recordWrites(EmbeddedChannel channel) {
    List<String> written = new ArrayList<>();
    channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
      @Override
      public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        written.add(((ByteBuf) msg).toString(StandardCharsets.UTF_8));
        ctx.write(msg, promise);
      }
    });
    return written;
  }

  @Test
  void writesInTheBatchOfARequestPutOffTheHeartbeat() {
    ChannelInboundHandlerAdapter answering = new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ctx.write(bytes(2));
      }

      @Override
      public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
      }
    };
    Connection channel = new Connection(
        IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> bytes(1)).newHandler(),
        answering,
        events);
    List<String> written = recordWrites(channel);
    channel.after(10).writeInbound("request");
    channel.after(14);
    assertThat(written).containsExactly("\0\0");
    channel.after(1);
    assertThat(written).containsExactly("\0\0", "\0");
    channel.finish();
  }

  @Test
  void heartbeatsDoNotPileUpForAPeerThatTakesNothing() {
    Connection channel =
        connection(IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> bytes(1)));
    List<String> written = recordWrites(channel);
    channel.takes(0);
    channel.after(15).after(15).after(15);
    assertThat(written).hasSize(1);
    channel.takes(Long.MAX_VALUE);
    channel.after(15);
    assertThat(written).hasSize(2);
    channel.finish();
  }

  @Test
  void heartbeatsDoNotPutOffTheClosing() {
    Connection channel =
        connection(IdlePolicy.closeAfter(LIMIT).heartbeat(Duration.ofSeconds(15), () -> bytes(1)));
    List<String> written = recordWrites(channel);
    for (int i = 0; i < 59; i++) {
      channel.after(1);
    }
    assertThat(written).hasSize(3);
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.after(1).isOpen()).isFalse();
  }

  @Test
  void aHeartbeatThatCannotBeMadeOrSentIsToldToTheHandlers() {
    Connection channel = connection(IdlePolicy.heartbeatEvery(LIMIT, () -> {
      throw new IllegalStateException("no heartbeat today");
    }));
    channel.after(60).after(60);
    assertThat(events.errors).hasSize(2).allMatch(IllegalStateException.class::isInstance);
    assertThat(channel.isOpen()).isTrue();
    channel.finish();

    Events refusals = new Events();
    Connection refusing = new Connection(
        Framing.fixedLength(2).newEncoder().orElseThrow(),
        IdlePolicy.heartbeatEvery(LIMIT, () -> bytes(1)).newHandler(),
        refusals);
    refusing.after(60);
    assertThat(refusals.errors)
        .singleElement()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("exactly 2 bytes");
    refusing.finish();
  }

  @Test
  void aHandlerThatComesLaterOrGoesEarlierWorksFromThenAndUntilThen() {
    Connection channel = new Connection(events);
    channel.after(1_000);
    ChannelHandler idle = IdlePolicy.closeAfter(LIMIT).newHandler();
    channel.pipeline().addFirst(idle);
    assertThat(channel.after(59).isOpen()).isTrue();
    channel.pipeline().remove(idle);
    assertThat(channel.after(1_000).isOpen()).isTrue();
    channel.pipeline().addFirst(IdlePolicy.closeAfter(LIMIT).newHandler());
    assertThat(channel.after(60).isOpen()).isFalse();
  }

  @Test
  void aHandlerThatGoesTakesItsHeartbeatAlong() {
    ChannelHandler idle =
        IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> bytes(1)).newHandler();
    Connection channel = new Connection(idle);
    List<String> written = recordWrites(channel);
    channel.after(15).pipeline().remove(idle);
    channel.after(15);
    assertThat(written).hasSize(1);
    channel.finish();
  }

  @Test
  void noTimerIsSetOnceAHeartbeatHasClosedTheConnection() {
    Connection[] channel = new Connection[1];
    IdlePolicy closing = IdlePolicy.heartbeatEvery(Duration.ofSeconds(15), () -> {
      channel[0].close();
      return bytes(1);
    });
    channel[0] = new Connection(closing.newHandler(), events);
    assertThat(channel[0].after(15).isOpen()).isFalse();
    assertThat(channel[0].runScheduledPendingTasks())
        .as("nanoseconds to the next timer")
        .isEqualTo(-1);
  }

  @Test
  void aLastWordMayBeWrittenBeforeTheClose() {
    ChannelInboundHandlerAdapter polite = new ChannelInboundHandlerAdapter() {
      @Override
      public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ctx.writeAndFlush(bytes(3));
      }
    };
    Connection channel = new Connection(IdlePolicy.closeAfter(LIMIT).newHandler(), polite);
    List<String> written = recordWrites(channel);
    assertThat(channel.after(60).isOpen()).isFalse();
    assertThat(written).containsExactly("\0\0\0");
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> IdlePolicy.closeAfter(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("closeAfter: must be a millisecond or more, not PT0S");
    assertThatThrownBy(() -> IdlePolicy.heartbeatEvery(Duration.ofNanos(1), () -> "x"))
        .isInstanceOf(ConfigurationException.class);
    assertThat(IdlePolicy.closeAfter(Duration.ofDays(1_000_000)).newHandler()).isNotNull();
  }

  @Test
  void describesItself() {
    IdlePolicy policy = IdlePolicy.closeAfter(Duration.ofSeconds(90));
    assertThat(policy).hasToString("close after 1m30s");
    assertThat(policy.heartbeat(Duration.ofSeconds(15), () -> "x"))
        .hasToString("close after 1m30s, heartbeat every 15s");
    assertThat(policy.closeAfter()).contains(Duration.ofSeconds(90));
    assertThat(policy.heartbeatEvery()).isEmpty();
    assertThat(IdlePolicy.heartbeatEvery(LIMIT, () -> "x")).hasToString("heartbeat every 1m");
  }
}
