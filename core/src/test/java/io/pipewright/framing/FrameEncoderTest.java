package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.buffer;
import static io.pipewright.framing.FramingTesting.encoder;
import static io.pipewright.framing.FramingTesting.outbound;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FrameEncoderTest {

  private final CountingAllocator alloc = new CountingAllocator();

  private EmbeddedChannel counted(Framing framing) {
    EmbeddedChannel channel = encoder(framing);
    channel.config().setAllocator(alloc);
    return channel;
  }

  @Test
  void aTerminatorGoesIntoTheMessagesOwnBufferWhereThereIsRoom() {
    EmbeddedChannel channel = counted(Framing.lines());
    ByteBuf body = alloc.buffer(64).writeBytes("hello".getBytes(US_ASCII));
    channel.writeOutbound(body);
    assertThat((ByteBuf) channel.readOutbound()).isSameAs(body);
    assertThat(body.toString(US_ASCII)).isEqualTo("hello\n");
    body.release();
    channel.finish();
  }

  @Test
  void aLengthGoesIntoTheMessagesOwnBufferWhereThereIsRoom() {
    EmbeddedChannel channel = counted(Framing.lengthPrefix(2));
    ByteBuf body = alloc.buffer(64).writeBytes("xxxhello".getBytes(US_ASCII)).skipBytes(3);
    channel.writeOutbound(body);
    assertThat((ByteBuf) channel.readOutbound()).isSameAs(body);
    assertThat(body.toString(US_ASCII)).isEqualTo("\0\5hello");
    body.release();
    channel.finish();
  }

  @Test
  void aFrameThatIsSentBackNeedsNoOtherBuffer() {
    for (Framing framing : new Framing[] {Framing.lines().crlf(), Framing.lengthPrefix(4)}) {
      EmbeddedChannel channel = counted(framing);
      channel.pipeline().addFirst(framing.newDecoder().orElseThrow());
      String wire = framing instanceof LineFraming ? "hello\r\n" : "\0\0\0\5hello";
      ByteBuf in = alloc.buffer(64).writeBytes(wire.getBytes(US_ASCII));
      channel.writeInbound(in);
      channel.writeOutbound((ByteBuf) channel.readInbound());
      assertThat((ByteBuf) channel.readOutbound()).isSameAs(in);
      assertThat(in.toString(US_ASCII)).isEqualTo(wire);
      in.release();
      channel.finish();
    }
  }

  @Test
  void memoryThatSomebodyElseMaySeeIsNotWrittenTo() {
    ByteBuf shared = alloc.buffer(64).writeBytes("xxhello__".getBytes(US_ASCII));
    shared.setIndex(2, 7);
    ByteBuf[] bodies = {
      shared.retain(), // somebody else holds it
      shared.retainedDuplicate(),
      shared.retainedSlice(),
      Unpooled.wrappedBuffer("xxhello__".getBytes(US_ASCII)).setIndex(2, 7), // a user's array
      shared.asReadOnly().retain(),
      Unpooled.wrappedUnmodifiableBuffer(shared.retainedDuplicate()),
      alloc
          .compositeBuffer()
          .addComponent(true, shared.retainedDuplicate().setIndex(0, 9))
          .setIndex(2, 7),
    };
    for (ByteBuf body : bodies) {
      EmbeddedChannel lines = counted(Framing.lines());
      EmbeddedChannel lengths = counted(Framing.lengthPrefix(2));
      lines.writeOutbound(body.retainedDuplicate());
      lengths.writeOutbound(body);
      assertThat(outbound(lines)).isEqualTo("hello\n");
      assertThat(outbound(lengths)).isEqualTo("\0\5hello");
      lines.finish();
      lengths.finish();
    }
    assertThat(shared.setIndex(0, 9).toString(US_ASCII)).isEqualTo("xxhello__");
    assertThat(shared.refCnt()).isOne();
    shared.release();
    assertThat(alloc.allocated()).isZero();
  }

  @Test
  void aViewOfPooledMemoryIsNotWrittenAroundThoughItHasACountOfItsOwn() {
    ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // else the view is wrapped
    try {
      ByteBuf shared = PooledByteBufAllocator.DEFAULT.buffer(64);
      shared.writeBytes("xxhello__".getBytes(US_ASCII)).setIndex(2, 7);
      for (Framing framing : new Framing[] {Framing.lines(), Framing.lengthPrefix(2)}) {
        ByteBuf view = shared.retainedDuplicate();
        assertThat(view.refCnt()).isOne();
        EmbeddedChannel channel = encoder(framing);
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.writeOutbound(view);
        assertThat(outbound(channel)).contains("hello");
        channel.finish();
      }
      assertThat(shared.setIndex(0, 9).toString(US_ASCII)).isEqualTo("xxhello__");
      assertThat(shared.release()).isTrue();
    } finally {
      ResourceLeakDetector.setLevel(level);
    }
  }

  @Test
  void aUsersArrayIsNotWrittenToWhereTheChannelsAllocatorIsTheOneThatWrapsThem() {
    byte[] array = "xxhello__".getBytes(US_ASCII);
    for (Framing framing : new Framing[] {Framing.lines(), Framing.lengthPrefix(2)}) {
      EmbeddedChannel channel = encoder(framing);
      channel.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
      channel.writeOutbound(Unpooled.wrappedBuffer(array).setIndex(2, 7));
      assertThat(outbound(channel)).contains("hello");
      channel.finish();
    }
    assertThat(new String(array, US_ASCII)).isEqualTo("xxhello__");
  }

  @Test
  void messagesThatAreNoBuffersPassUnframed() {
    EmbeddedChannel channel = encoder(Framing.lines());
    channel.writeOutbound("a string");
    assertThat((String) channel.readOutbound()).isEqualTo("a string");
    channel.finish();
  }

  @Test
  void aPromiseFailsWhenEitherOfTwoWritesFails() {
    for (int failing = 1; failing <= 2; failing++) {
      EmbeddedChannel channel = encoder(Framing.lines());
      channel.pipeline().addFirst(new FailingWrites(failing));
      ChannelFuture write = channel.writeAndFlush(Unpooled.buffer().writeZero(10_000));
      channel.runPendingTasks();
      assertThat(write.cause()).as("failing write " + failing).isInstanceOf(IOException.class);
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void aVoidPromiseIsServedToo() {
    EmbeddedChannel channel = encoder(Framing.lines());
    channel.writeAndFlush(Unpooled.buffer().writeZero(10_000), channel.voidPromise());
    channel.writeAndFlush(buffer("x"), channel.voidPromise());
    channel.runPendingTasks();
    assertThat(outbound(channel)).hasSize(10_003).endsWith("\nx\n");
    channel.finish();
  }

  private static final class FailingWrites extends ChannelOutboundHandlerAdapter {

    private int countdown;

    FailingWrites(int failing) {
      countdown = failing;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
      if (--countdown == 0) {
        ReferenceCountUtil.release(msg);
        promise.setFailure(new IOException("refused"));
      } else {
        ctx.write(msg, promise);
      }
    }
  }
}
