package io.pipewright.shaping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapingHandlerTest {

  private static final int RATE = 100_000;

  /** The least there is: more than a tenth of a second at {@link #RATE}. */
  private static final int BURST = 16 << 10;

  private static final int SLICE = RATE / 20;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private static Shaping writes(long rate) {
    return Shaping.builder().writeBytesPerSecond(rate).build();
  }

  private static EmbeddedChannel channel(ChannelHandler... handlers) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.pipeline().addLast(handlers);
    return channel;
  }

  private static ByteBuf bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return Unpooled.wrappedBuffer(bytes);
  }

  private static void pass(Duration time, EmbeddedChannel... channels) {
    for (long millis = 0; millis < time.toMillis(); millis++) {
      for (EmbeddedChannel channel : channels) {
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        channel.runScheduledPendingTasks();
      }
    }
  }

  /** Takes what has left, as the socket would. */
  private long take(EmbeddedChannel channel) throws IOException {
    long before = sent.size();
    WritableByteChannel out = Channels.newChannel(sent);
    for (Object message = channel.readOutbound();
        message != null;
        message = channel.readOutbound()) {
      if (message instanceof ByteBuf buffer) {
        buffer.readBytes(sent, buffer.readableBytes());
        buffer.release();
      } else {
        FileRegion region = (FileRegion) message;
        while (region.transferred() < region.count()) {
          region.transferTo(out, region.transferred());
        }
        region.release();
      }
    }
    return sent.size() - before;
  }

  @Test
  void bytesLeaveAtTheRateAfterTheBurstAndInOrder() throws Exception {
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    ByteBuf all = bytes(300_000);
    byte[] expected = new byte[300_000];
    all.getBytes(0, expected);
    ChannelFuture written = channel.write(all);
    channel.flush();

    assertThat(take(channel)).isBetween((long) BURST - SLICE, (long) BURST);
    pass(Duration.ofSeconds(1), channel);
    assertThat(take(channel)).isBetween((long) RATE - SLICE, (long) RATE + SLICE);
    pass(Duration.ofSeconds(1), channel);
    assertThat(take(channel)).isBetween((long) RATE - SLICE, (long) RATE + SLICE);
    assertThat(written.isDone()).isFalse();
    pass(Duration.ofSeconds(1), channel);
    take(channel);

    assertThat(written.isSuccess()).isTrue();
    assertThat(sent.toByteArray()).isEqualTo(expected);
    assertThat(all.refCnt()).isZero();
    channel.finishAndReleaseAll();
  }

  @Test
  void aRateThatIsHalvedUnderwayHoldsFromThenOn() throws Exception {
    Shaping shaping = writes(RATE);
    EmbeddedChannel channel = channel(shaping.newHandler());
    channel.writeAndFlush(bytes(1_000_000));
    pass(Duration.ofSeconds(1), channel);
    take(channel);

    shaping.change(shaping.rates().withWrite(RATE / 2));
    pass(Duration.ofSeconds(2), channel);

    assertThat(take(channel)).isBetween((long) RATE - 2 * SLICE, (long) RATE + SLICE);
    shaping.change(Rates.UNLIMITED);
    channel.runPendingTasks();
    take(channel);
    assertThat(sent.size()).isEqualTo(1_000_000);
    assertThat(channel.hasPendingTasks()).as("no timer is left").isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatNobodyFlushedStays() throws Exception {
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    channel.write(bytes(10));
    channel.flush();
    channel.write(bytes(20));
    pass(Duration.ofSeconds(1), channel);

    assertThat(take(channel)).isEqualTo(10);
    channel.flush();
    pass(Duration.ofMillis(10), channel);
    assertThat(take(channel)).isEqualTo(20);
    channel.finishAndReleaseAll();
  }

  @Test
  void anEmptyWriteComesOutBehindAllBeforeIt() throws Exception {
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    channel.write(bytes(60_000));
    ChannelFuture last = channel.write(Unpooled.EMPTY_BUFFER);
    channel.flush();
    pass(Duration.ofMillis(300), channel);
    assertThat(last.isDone()).isFalse();
    pass(Duration.ofMillis(300), channel);
    assertThat(last.isSuccess()).isTrue();
    assertThat(take(channel)).isEqualTo(60_000);
    channel.finishAndReleaseAll();
  }

  @Test
  void closingFailsAndReleasesWhatIsQueued() {
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    ByteBuf half = bytes(60_000);
    ByteBuf whole = bytes(10);
    ChannelFuture first = channel.write(half);
    ChannelFuture second = channel.writeAndFlush(whole);

    channel.close();

    assertThat(first.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(second.cause()).isInstanceOf(ClosedChannelException.class);
    channel.releaseOutbound();
    assertThat(half.refCnt()).isZero();
    assertThat(whole.refCnt()).isZero();
    assertThat(channel.hasPendingTasks()).isFalse();
  }

  @Test
  void whatIsQueuedCountsForWritabilityAndTellsWhenItIsOut() throws Exception {
    List<Boolean> seen = new ArrayList<>();
    EmbeddedChannel channel =
        channel(writes(RATE).newHandler(), new ChannelInboundHandlerAdapter() {
          @Override
          public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            seen.add(ctx.channel().isWritable());
          }
        });
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10_000, 40_000));
    for (int i = 0; i < 10; i++) {
      channel.write(bytes(10_000));
    }
    channel.flush();
    channel.runPendingTasks();
    assertThat(channel.isWritable()).isFalse();
    assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes())
        .as("a drain sees it, too")
        .isGreaterThan(80_000);
    pass(Duration.ofSeconds(1), channel);
    assertThat(channel.isWritable()).isTrue();
    assertThat(seen).containsExactly(false, true);
    assertThat(take(channel)).isEqualTo(100_000);
    assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isZero();
    channel.finishAndReleaseAll();
  }

  @Test
  void aVoidPromiseStillHasItsFailureReported() {
    List<Throwable> caught = new ArrayList<>();
    EmbeddedChannel channel =
        channel(writes(RATE).newHandler(), new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught.add(cause);
          }
        });
    channel.writeAndFlush(bytes(60_000), channel.voidPromise());
    channel.close();
    assertThat(caught).hasOnlyElementsOfType(ClosedChannelException.class).hasSize(1);
    channel.releaseOutbound();
  }

  @Test
  void aWriteThatIsCalledOffIsNotSent() throws Exception {
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    channel.write(bytes(60_000));
    ChannelPromise promise = channel.newPromise();
    ByteBuf called = bytes(1_000);
    channel.writeAndFlush(called, promise);
    promise.cancel(false);
    pass(Duration.ofSeconds(1), channel);
    assertThat(take(channel)).isEqualTo(60_000);
    assertThat(called.refCnt()).isZero();
    channel.finishAndReleaseAll();
  }

  @Test
  void aLargeRegionLeavesInSlicesWithItsProgressTold(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    byte[] content = new byte[200_000];
    new Random(7).nextBytes(content);
    Files.write(file, content);
    DefaultFileRegion region = new DefaultFileRegion(FileChannel.open(file), 1_000, 150_000);
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    List<Long> progress = new ArrayList<>();
    ChannelProgressivePromise promise = channel.newProgressivePromise();
    promise.addListener(new ChannelProgressiveFutureListener() {
      @Override
      public void operationProgressed(ChannelProgressiveFuture future, long done, long total) {
        assertThat(total).isEqualTo(150_000);
        progress.add(done);
      }

      @Override
      public void operationComplete(ChannelProgressiveFuture future) {
        progress.add(-1L);
      }
    });
    channel.writeAndFlush(region, promise);

    for (int i = 0; i < 20; i++) {
      assertThat(take(channel)).isLessThanOrEqualTo(BURST);
      pass(Duration.ofMillis(100), channel);
    }

    byte[] expected = new byte[150_000];
    System.arraycopy(content, 1_000, expected, 0, expected.length);
    assertThat(sent.toByteArray()).isEqualTo(expected);
    assertThat(region.transferred()).isEqualTo(150_000);
    assertThat(region.refCnt()).isZero();
    assertThat(promise.isSuccess()).isTrue();
    assertThat(progress).endsWith(150_000L, -1L).hasSizeGreaterThan(9);
    channel.finishAndReleaseAll();
  }

  @Test
  void aRegionNoLargerThanTheBurstLeavesAsItIs(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[BURST]);
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    channel.writeAndFlush(bytes(100));
    DefaultFileRegion region = new DefaultFileRegion(FileChannel.open(file), 0, BURST);
    channel.writeAndFlush(region);
    assertThat(take(channel)).isEqualTo(100);
    pass(Duration.ofMillis(100), channel);
    Object out = channel.readOutbound();
    assertThat(out).isSameAs(region);
    region.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void aRegionThatIsDroppedHalfSentIsReleased(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[100_000]);
    DefaultFileRegion region = new DefaultFileRegion(FileChannel.open(file), 0, 100_000);
    EmbeddedChannel channel = channel(writes(RATE).newHandler());
    ChannelFuture written = channel.writeAndFlush(region);
    channel.close();
    assertThat(written.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(region.refCnt()).as("the slices that left hold it").isPositive();
    take(channel);
    assertThat(region.refCnt()).isZero();
  }

  @Test
  void oneTotalIsSharedFairlyAndNobodyStarves() throws Exception {
    Shaping shaping = Shaping.builder().totalWriteBytesPerSecond(RATE).build();
    EmbeddedChannel[] channels = new EmbeddedChannel[5];
    Arrays.setAll(channels, i -> new EmbeddedChannel());
    for (EmbeddedChannel channel : channels) {
      channel.freezeTime(); // right after each other: event loops share a clock
    }
    for (int i = 0; i < channels.length; i++) {
      channels[i].pipeline().addLast(shaping.newHandler());
      channels[i].writeAndFlush(bytes(1_000_000));
      take(channels[i]);
    }
    long burst = sent.size();
    assertThat(burst).isLessThanOrEqualTo(BURST);
    pass(Duration.ofSeconds(10), channels);
    for (EmbeddedChannel channel : channels) {
      assertThat(take(channel)).isBetween(180_000L, 220_000L);
    }
    assertThat(sent.size() - burst).isBetween(10L * RATE - 5 * SLICE, 10L * RATE + BURST);

    channels[0].close();
    channels[1].close();
    sent.reset();
    pass(Duration.ofSeconds(1), channels);
    for (EmbeddedChannel channel : channels) {
      take(channel);
      channel.finishAndReleaseAll();
    }
    assertThat(sent.size()).as("those who left leave their share").isGreaterThan(RATE - 5 * SLICE);
  }

  /** Stands at the socket's end and counts what is asked of it. */
  private static final class Reads extends ChannelOutboundHandlerAdapter {

    private int count;

    @Override
    public void read(ChannelHandlerContext ctx) {
      count++;
      ctx.read();
    }
  }

  @Test
  void theNextReadWaitsUntilTheLastIsPaidForAndAutoReadStaysOn() {
    Shaping shaping = Shaping.builder().readBytesPerSecond(RATE).build();
    Reads reads = new Reads();
    EmbeddedChannel channel = channel(reads, shaping.newHandler());
    reads.count = 0;
    channel.writeInbound(bytes(BURST));
    assertThat(reads.count).as("within the burst").isEqualTo(1);
    channel.writeInbound(bytes(RATE));
    assertThat(reads.count).isEqualTo(1);
    assertThat(channel.config().isAutoRead()).isTrue();
    pass(Duration.ofMillis(990), channel);
    assertThat(reads.count).isEqualTo(1);
    pass(Duration.ofMillis(20), channel);
    assertThat(reads.count).isEqualTo(2);
    channel.finishAndReleaseAll();
  }

  @Test
  void aReadThatIsHeldBackIsNotMadeUpForWhenAutoReadWentOffMeanwhile() {
    Shaping shaping = Shaping.builder().readBytesPerSecond(RATE).build();
    Reads reads = new Reads();
    EmbeddedChannel channel = channel(reads, shaping.newHandler());
    channel.writeInbound(bytes(RATE));
    reads.count = 0;
    channel.config().setAutoRead(false);
    pass(Duration.ofSeconds(2), channel);
    assertThat(reads.count).isZero();
    channel.config().setAutoRead(true);
    assertThat(reads.count).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void aHandlerThatIsRemovedLeavesNothingHeldBack() throws Exception {
    Shaping shaping =
        Shaping.builder().readBytesPerSecond(RATE).writeBytesPerSecond(RATE).build();
    Reads reads = new Reads();
    ChannelHandler handler = shaping.newHandler();
    EmbeddedChannel channel = channel(reads, handler);
    channel.writeInbound(bytes(RATE));
    channel.writeAndFlush(bytes(RATE));
    reads.count = 0;

    channel.pipeline().remove(handler);

    assertThat(reads.count).isEqualTo(1);
    assertThat(take(channel)).isEqualTo(RATE);
    assertThat(channel.hasPendingTasks()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void withoutALimitThereIsNoQueueAndNoTimer() throws Exception {
    EmbeddedChannel channel = channel(Shaping.builder().build().newHandler());
    channel.writeInbound(bytes(1_000_000));
    channel.writeOutbound(bytes(1_000_000));
    assertThat(take(channel)).isEqualTo(1_000_000);
    assertThat(channel.hasPendingTasks()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void aRateIsCheckedWhereItIsSet() {
    assertThatThrownBy(() -> Shaping.builder().writeBytesPerSecond(-1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "writeBytesPerSecond: must be 0 (unlimited) to 1000000000000 bytes a second, not -1");
    assertThatThrownBy(() -> Shaping.builder().burst(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("burst");
    assertThat(
            Shaping.builder().readBytesPerSecond(5).totalWriteBytesPerSecond(7).build())
        .hasToString("read 5 B/s, total write 7 B/s");
  }
}
