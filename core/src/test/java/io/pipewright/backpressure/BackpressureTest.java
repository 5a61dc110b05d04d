package io.pipewright.backpressure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackpressureTest {

  /** A channel whose peer takes nothing until told to. */
  private static final class SlowPeer extends EmbeddedChannel {

    private boolean reads;

    SlowPeer(ChannelHandler... handlers) {
      super(handlers);
      config().setWriteBufferWaterMark(new WriteBufferWaterMark(1_000, 2_000));
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
      if (reads) {
        super.doWrite(in);
      }
    }

    void reads(boolean reads) {
      this.reads = reads;
      flush();
    }
  }

  private final List<Boolean> writability = new ArrayList<>();
  private final ChannelHandler observer = new ChannelInboundHandlerAdapter() {
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      writability.add(ctx.channel().isWritable());
    }
  };

  private static ByteBuf bytes(int count) {
    return Unpooled.buffer().writeZero(count);
  }

  @Test
  void readingStopsWhileThePeerTakesNothingAndGoesOnAfterwards() {
    SlowPeer channel = new SlowPeer(Backpressure.newHandler(), observer);
    channel.write(bytes(1_500));
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.write(bytes(1_500));
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.reads(true);
    assertThat(channel.config().isAutoRead()).isTrue();
    assertThat(writability).as("the next handler sees it, too").contains(false, true);
    channel.finishAndReleaseAll();
  }

  @Test
  void aFlushThatMakesRoomKeepsReadingOn() {
    SlowPeer channel = new SlowPeer(Backpressure.newHandler());
    channel.reads(true);
    channel.write(bytes(3_000));
    assertThat(channel.outboundMessages()).as("nobody else has flushed").hasSize(1);
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void readingThatSomebodyElseHasStoppedStaysStopped() {
    SlowPeer channel = new SlowPeer(Backpressure.newHandler());
    channel.config().setAutoRead(false);
    channel.write(bytes(3_000));
    channel.reads(true);
    assertThat(channel.isWritable()).isTrue();
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void readingStopsAndGoesOnAgainAndAgain() {
    SlowPeer channel = new SlowPeer(Backpressure.newHandler());
    for (int i = 0; i < 3; i++) {
      channel.reads(false);
      channel.write(bytes(3_000));
      assertThat(channel.config().isAutoRead()).isFalse();
      channel.reads(true);
      assertThat(channel.config().isAutoRead()).isTrue();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void aHandlerThatIsRemovedLeavesNoConnectionStopped() {
    ChannelHandler backpressure = Backpressure.newHandler();
    SlowPeer channel = new SlowPeer(backpressure);
    channel.write(bytes(3_000));
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.pipeline().remove(backpressure);
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void aConnectionThatEndsWhileItIsStoppedIsNotReadFromAgain() {
    SlowPeer channel = new SlowPeer(Backpressure.newHandler());
    channel.write(bytes(3_000));
    channel.close();
    assertThat(channel.config().isAutoRead()).isFalse();
  }
}
