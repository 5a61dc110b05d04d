package io.pipewright.udp.batch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SegmentJoinerTest {

  private static final InetSocketAddress A = new InetSocketAddress("127.0.0.1", 1);
  private static final InetSocketAddress B = new InetSocketAddress("127.0.0.1", 2);

  /** Refuses bursts as the kernel does. */
  private static final class Refusal extends ChannelOutboundHandlerAdapter {
    private boolean refuses;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (refuses && message instanceof SegmentedDatagramPacket) {
        ReferenceCountUtil.release(message);
        promise.tryFailure(new IOException("refused"));
      } else {
        ctx.write(message, promise);
      }
    }
  }

  private final Refusal refusal = new Refusal();
  private final List<Long> resent = new ArrayList<>();
  private final SegmentJoiner joiner =
      new SegmentJoiner(LoggerFactory.getLogger(SegmentJoinerTest.class), resent::add);

  private final EmbeddedChannel channel = new EmbeddedChannel(refusal, new ChannelDuplexHandler() {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      joiner.write(ctx, (DatagramPacket) message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
      joiner.writePending(ctx);
      ctx.flush();
    }
  });

  @AfterEach
  void closesEverything() {
    channel.finishAndReleaseAll();
    joiner.close();
  }

  private ChannelFuture write(InetSocketAddress to, String text) {
    return channel.write(new DatagramPacket(Unpooled.copiedBuffer(text, US_ASCII), to));
  }

  /** What went to the transport: {@code 1:aa|bb} is a burst to port 1. */
  private List<String> sent() {
    List<String> sent = new ArrayList<>();
    for (DatagramPacket next; (next = channel.readOutbound()) != null; next.release()) {
      ByteBuf content = next.content();
      int segment = next instanceof SegmentedDatagramPacket burst
          ? burst.segmentSize()
          : Math.max(1, content.readableBytes());
      StringBuilder text = new StringBuilder(next.recipient().getPort() + ":");
      while (content.isReadable()) {
        text.append(content.readCharSequence(Math.min(segment, content.readableBytes()), US_ASCII))
            .append(content.isReadable() ? "|" : "");
      }
      sent.add(text.toString());
    }
    return sent;
  }

  @Test
  void joinsWhatGoesToOnePeerAndIsOfOneSize() {
    write(A, "aa");
    write(A, "bb");
    write(B, "cc");
    write(A, "dd");
    write(A, "eee");
    channel.flush();

    assertThat(sent()).containsExactly("1:aa|bb", "2:cc", "1:dd", "1:eee");
  }

  @Test
  void aShorterOneEndsTheBurst() {
    write(A, "aa");
    write(A, "bb");
    write(A, "c");
    write(A, "d");
    write(A, "e");
    channel.flush();

    assertThat(sent()).containsExactly("1:aa|bb|c", "1:d|e");
  }

  @Test
  void emptyOnesGoByThemselves() {
    write(A, "aa");
    write(A, "");
    write(A, "bb");
    write(A, "cc");
    channel.flush();

    assertThat(sent()).containsExactly("1:aa", "1:", "1:bb|cc");
  }

  @Test
  void aBurstHasAtMost64Datagrams() {
    for (int i = 0; i < 130; i++) {
      write(A, "x");
    }
    channel.flush();

    assertThat(sent()).extracting(String::length).containsExactly(2 + 127, 2 + 127, 2 + 3);
  }

  @Test
  void aBurstHasNoMoreBytesThanADatagram() {
    String long1 = "x".repeat(1_400);
    for (int i = 0; i < 50; i++) {
      write(A, long1);
    }
    channel.flush();

    assertThat(sent()).hasSize(2).allMatch(burst -> burst.length() <= 2 + 65_507 + 64);
  }

  @Test
  void datagramsThatPathsFragmentAreNotJoined() {
    write(A, "x".repeat(1_473));
    write(A, "x".repeat(1_473));
    channel.flush();

    assertThat(sent()).hasSize(2).noneMatch(datagram -> datagram.contains("|"));
  }

  @Test
  void everyPromiseIsKeptWhenTheBurstIsSent() {
    ChannelFuture first = write(A, "aa");
    ChannelFuture second = write(A, "bb");
    assertThat(first.isDone()).isFalse();
    channel.flush();

    assertThat(first.isSuccess()).isTrue();
    assertThat(second.isSuccess()).isTrue();
    assertThat(sent()).hasSize(1);
  }

  @Test
  void whatIsCancelledInTimeIsNotSent() {
    write(A, "aa");
    ChannelFuture second = write(A, "bb");
    ChannelFuture third = write(A, "cc");
    assertThat(second.cancel(false)).as("it is joined").isFalse();
    assertThat(third.cancel(false)).isFalse();
    ChannelPromise cancelled = channel.newPromise();
    cancelled.cancel(false);
    channel.write(new DatagramPacket(Unpooled.copiedBuffer("dd", US_ASCII), A), cancelled);
    channel.flush();

    assertThat(sent()).containsExactly("1:aa|bb|cc");
  }

  @Test
  void aRefusedBurstGoesOutOneByOneAndItsPromisesAreKept() {
    refusal.refuses = true;
    ChannelFuture first = write(A, "aa");
    ChannelFuture second = write(A, "bb");
    ChannelFuture third = write(A, "c");
    channel.flush();

    assertThat(sent()).containsExactly("1:aa", "1:bb", "1:c");
    assertThat(resent).containsExactly(3L);
    assertThat(List.of(first, second, third)).allMatch(ChannelFuture::isSuccess);
  }

  @Test
  void memoryIsUsedAgainWhateverIsSent() {
    for (int round = 0; round < 1_000; round++) {
      for (int i = 0; i < 64; i++) {
        write(A, "x".repeat(100 + round % 7));
      }
      channel.flush();
      assertThat(sent()).hasSize(1);
    }
  }
}
