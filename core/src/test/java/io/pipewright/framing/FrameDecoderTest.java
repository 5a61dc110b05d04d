package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.buffer;
import static io.pipewright.framing.FramingTesting.decoder;
import static io.pipewright.framing.FramingTesting.inbound;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.framing.FramingTesting.Errors;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  /** Does something at the first frame, and passes every frame on. */
  private static ChannelHandler atFirstFrame(BiConsumer<ChannelHandlerContext, ByteBuf> action) {
    return new ChannelInboundHandlerAdapter() {
      private boolean done;

      @Override
      public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!done) {
          done = true;
          action.accept(ctx, (ByteBuf) msg);
        }
        ctx.fireChannelRead(msg);
      }
    };
  }

  @Test
  void aFrameThatFillsItsReadIsTheReadBufferItself() {
    EmbeddedChannel channel = decoder(Framing.lines());
    ByteBuf in = buffer("hello\n");
    channel.writeInbound(in);
    assertThat((ByteBuf) channel.readInbound()).isSameAs(in);
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("hello");
    in.release();
    channel.finish();
  }

  @Test
  void framesOfOneReadAreViewsOfItWithoutACopy() {
    EmbeddedChannel channel = decoder(Framing.lines());
    ByteBuf in = buffer("one\ntwo\n");
    channel.writeInbound(in);
    ByteBuf one = channel.readInbound();
    ByteBuf two = channel.readInbound();
    in.setByte(0, 'O').setByte(4, 'T');
    assertThat(one).isNotSameAs(in);
    assertThat(two).as("what is written to it must not reach the other").isNotSameAs(in);
    assertThat(one.toString(StandardCharsets.US_ASCII)).isEqualTo("One");
    assertThat(two.toString(StandardCharsets.US_ASCII)).isEqualTo("Two");
    one.release();
    two.release();
    assertThat(in.refCnt()).isZero();
    channel.finish();
  }

  @Test
  void whatIsLeftOverDoesNotKeepTheReadBufferAlive() {
    EmbeddedChannel channel = new EmbeddedChannel();
    CountingAllocator alloc = new CountingAllocator();
    channel.config().setAllocator(alloc);
    channel.pipeline().addLast(Framing.lines().newDecoder().orElseThrow());
    ByteBuf in = Unpooled.buffer(65_536)
        .writeBytes("twenty bytes of line".getBytes(StandardCharsets.US_ASCII));
    channel.writeInbound(in);
    assertThat(in.refCnt()).isZero();
    assertThat(alloc.allocated()).isEqualTo(64);
    channel.writeInbound(buffer("\n"));
    assertThat(inbound(channel)).isEqualTo("twenty bytes of line");
    assertThat(alloc.allocated()).isZero();
    channel.finish();
  }

  @Test
  void aLongLineByteByByteTakesLinearWork() {
    EmbeddedChannel channel = new EmbeddedChannel();
    CountingAllocator alloc = new CountingAllocator();
    channel.config().setAllocator(alloc);
    AtomicInteger offered = new AtomicInteger();
    LineDecoder lines = new LineDecoder(1 << 20, false);
    channel.pipeline().addLast(new FrameDecoder() {
      @Override
      protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
        offered.addAndGet(to - from);
        return lines.endOfFrame(in, from, to, seen);
      }

      @Override
      protected int mostBytes() {
        return lines.mostBytes();
      }
    });
    for (int i = 0; i < 10_000; i++) {
      channel.writeInbound(buffer("x"));
    }
    channel.writeInbound(buffer("\n"));
    assertThat(offered).hasValue(10_001);
    assertThat(alloc.allocations()).as("the buffer doubles as it grows").isLessThan(12);
    assertThat(inbound(channel)).hasSize(10_001);
    channel.finish();
  }

  @Test
  void messagesThatAreNoBuffersPass() {
    EmbeddedChannel channel = decoder(Framing.lines());
    channel.writeInbound("a string");
    assertThat((String) channel.readInbound()).isEqualTo("a string");
    channel.finish();
  }

  @Test
  void midFrameTellsWhetherAFrameHasBegun() {
    FrameDecoder decoder = (FrameDecoder) Framing.lines().newDecoder().orElseThrow();
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    assertThat(decoder.midFrame()).isFalse();
    channel.writeInbound(buffer("one\nha"));
    assertThat(decoder.midFrame()).isTrue();
    channel.writeInbound(buffer("lf\n"));
    assertThat(decoder.midFrame()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void anEndOfInputWithinAFrameIsAnErrorOnce() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lines());
    channel.pipeline().addLast(errors);
    channel.writeInbound(buffer("one\nhalf"));
    channel.finishAndReleaseAll();
    assertThat(errors.seen)
        .singleElement()
        .isInstanceOfSatisfying(
            TruncatedFrameException.class, e -> assertThat(e.received()).isEqualTo(4));
  }

  @Test
  void aHalfCloseWithinAFrameIsAnErrorOnceAndLeavesTheConnectionToItsHandlers() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lengthPrefix(4));
    channel.pipeline().addLast(errors);
    channel.writeInbound(buffer("\0\0\0\5abc"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(errors.seen)
        .singleElement()
        .isInstanceOfSatisfying(
            TruncatedFrameException.class, e -> assertThat(e.received()).isEqualTo(7))
        .extracting(Throwable::getMessage)
        .isEqualTo("the input ended in the middle of a frame, after 7 bytes of it");
    assertThat(channel.isOpen()).isTrue();
    channel.finish();
    assertThat(errors.seen).hasSize(1);
  }

  @Test
  void anEndOfInputBetweenFramesIsNone() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lines());
    channel.pipeline().addLast(errors);
    channel.writeInbound(buffer("one\n"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    channel.finishAndReleaseAll();
    assertThat(errors.seen).isEmpty();
  }

  @Test
  void anErrorComesOnceAndWhatFollowsIsReleased() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lines().maxLength(3));
    ChannelOutboundHandlerAdapter staysOpen = new ChannelOutboundHandlerAdapter() {
      @Override
      public void close(ChannelHandlerContext ctx, ChannelPromise promise) {}
    };
    channel.pipeline().addFirst(staysOpen).addLast(errors);
    ByteBuf second = buffer("ok\n");
    channel.writeInbound(buffer("1234"), second);
    assertThat(errors.seen).hasSize(1);
    assertThat(second.refCnt()).isZero();
    assertThat(channel.inboundMessages()).isEmpty();
    channel.pipeline().remove(staysOpen);
    channel.finish();
    assertThat(errors.seen).hasSize(1);
  }

  @Test
  void noFrameIsHandedOnAfterAHandlerHasClosedTheChannel() {
    EmbeddedChannel channel = decoder(Framing.lines());
    channel.pipeline().addLast(atFirstFrame((ctx, frame) -> ctx.close()));
    ByteBuf in = buffer("quit\nignored\nhalf");
    channel.writeInbound(in);
    assertThat(inbound(channel)).isEqualTo("quit");
    assertThat(inbound(channel)).isNull();
    assertThat(in.refCnt()).isZero();
  }

  @Test
  void theBytesLeftGoOnWhenTheDecoderIsRemovedInTheMiddleOfABatch() {
    EmbeddedChannel channel = decoder(Framing.lines());
    channel
        .pipeline()
        .addLast(atFirstFrame((ctx, frame) -> ctx.pipeline().remove(LineDecoder.class)));
    channel.writeInbound(buffer("upgrade\nraw\nbytes"));
    assertThat(inbound(channel)).isEqualTo("upgrade");
    assertThat(inbound(channel)).isEqualTo("raw\nbytes");
    channel.writeInbound(buffer("more\n"));
    assertThat(inbound(channel)).isEqualTo("more\n");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void theBytesLeftGoToTheDecoderThatReplacesIt() {
    EmbeddedChannel channel = decoder(Framing.lines());
    channel
        .pipeline()
        .addLast(atFirstFrame((ctx, frame) ->
            ctx.pipeline().replace(LineDecoder.class, "fixed", new FixedDecoder(2))));
    channel.writeInbound(buffer("upgrade\nabc"), buffer("d"));
    assertThat(inbound(channel)).isEqualTo("upgrade");
    assertThat(inbound(channel)).isEqualTo("ab");
    assertThat(inbound(channel)).isEqualTo("cd");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void theBytesOfAnUnfinishedFrameGoOnWhenTheDecoderIsRemoved() {
    EmbeddedChannel channel = decoder(Framing.lengthPrefix(2));
    channel.writeInbound(buffer("\0\5ab"));
    channel.pipeline().remove(LengthDecoder.class);
    assertThat(inbound(channel)).isEqualTo("\0\5ab");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void whatAHandlerMakesTheChannelReadWhileItHasAFrameComesAfterThatRead() {
    EmbeddedChannel channel = decoder(Framing.lines());
    channel
        .pipeline()
        .addLast(atFirstFrame(
            (ctx, frame) -> ctx.pipeline().fireChannelRead(buffer("d\n")).fireChannelRead("e")));
    channel.writeInbound(buffer("a\nb\nc"));
    assertThat(inbound(channel)).isEqualTo("a");
    assertThat(inbound(channel)).isEqualTo("b");
    assertThat(inbound(channel)).isEqualTo("cd");
    assertThat((String) channel.readInbound()).isEqualTo("e");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void aReaderOnDemandGetsAFrameForEachReadItAsksFor() {
    AtomicInteger reads = new AtomicInteger();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAutoRead(false);
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext ctx) {
                reads.incrementAndGet();
                ctx.read();
              }
            },
            Framing.lines().newDecoder().orElseThrow());
    channel.writeInbound(buffer("ha"));
    assertThat(reads).as("half a frame is none: the decoder asks again").hasValue(1);
    channel.writeInbound(buffer("lf\n"));
    assertThat(reads).as("a frame is what was asked for").hasValue(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void aDecoderThatThrowsSomethingElseClosesTheConnectionToo() {
    Errors errors = new Errors();
    FrameDecoder broken = new FrameDecoder() {
      @Override
      protected int endOfFrame(ByteBuf in, int from, int to, int seen) {
        throw new IllegalStateException("a defect");
      }

      @Override
      protected int mostBytes() {
        return 1;
      }
    };
    EmbeddedChannel channel = new EmbeddedChannel(broken, errors);
    ByteBuf in = buffer("x");
    channel.writeInbound(in);
    assertThat(errors.seen).singleElement().isInstanceOf(IllegalStateException.class);
    assertThat(in.refCnt()).isZero();
    assertThat(channel.isOpen()).isFalse();
  }
}
