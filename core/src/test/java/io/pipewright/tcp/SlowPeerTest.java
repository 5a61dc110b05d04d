package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer that takes little, or nothing, of what it is owed gets and costs. */
@Timeout(60)
class SlowPeerTest {

  private static final Duration LIMIT = Duration.ofMillis(700);
  private static final int OWED = 6 << 20;

  /** Answers whatever comes with {@link #OWED} bytes, in one go. */
  private static final class Generous extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      ByteBuf owed = ctx.alloc().buffer(OWED);
      ctx.writeAndFlush(owed.writeZero(OWED));
    }
  }

  private static RunningTcpServer start(Transport transport) {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .idle(IdlePolicy.closeAfter(LIMIT))
        .handler("generous", Generous::new)
        .build();
    return TcpServer.builder().transport(transport).loops(1).pipeline(pipeline).start();
  }

  private static Socket ask(RunningTcpServer server) throws Exception {
    Socket peer = new Socket();
    peer.setReceiveBufferSize(64 << 10);
    peer.connect(server.localAddress());
    peer.setSoTimeout(10_000);
    peer.getOutputStream().write('?');
    return peer;
  }

  /** The kernel's send buffer takes most of the answer at once, and then for a long time nothing. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL"})
  void aPeerThatReadsSlowlyButSteadilyIsNotIdle(Transport transport) throws Exception {
    Assumptions.assumeTrue(transport.isAvailable(), transport + " is not available here");
    try (RunningTcpServer server = start(transport);
        Socket peer = ask(server)) {
      InputStream in = peer.getInputStream();
      long end = System.nanoTime() + 5 * LIMIT.toNanos();
      int read = 0;
      while (System.nanoTime() < end) {
        read += in.readNBytes(16 << 10).length;
        TimeUnit.MILLISECONDS.sleep(50); // what is tested is the time that it takes
      }
      read += in.readNBytes(OWED - read).length;

      assertThat(read).isEqualTo(OWED);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerThatReadsNothingIsClosed(Transport transport) throws Exception {
    try (RunningTcpServer server = start(transport);
        Socket peer = ask(server)) {
      await().until(() -> server.stats().bytesWritten() == OWED);

      await().atMost(Duration.ofSeconds(20)).until(() -> server.connections() == 0);

      assertThat(server.stats().errors()).containsEntry("idle-timeout", 1L);
      assertThat(peer.isClosed()).isFalse();
    }
  }

  /** Its own bytes, which make up no message, are no sign that it takes ours. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL"})
  void aPeerThatReadsNothingAndDripsBytesIsClosedToo(Transport transport) throws Exception {
    Assumptions.assumeTrue(transport.isAvailable(), transport + " is not available here");
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.lines())
        .idle(IdlePolicy.closeAfter(LIMIT))
        .handler("generous", Generous::new)
        .build()
        .without(Pipeline.FRAME_ENCODER)
        .without("backpressure");
    try (RunningTcpServer server =
            TcpServer.builder().transport(transport).loops(1).pipeline(pipeline).start();
        Socket peer = ask(server)) {
      peer.getOutputStream().write('\n');
      await().until(() -> server.stats().bytesWritten() == OWED);

      await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).until(() -> {
        if (server.connections() > 0) {
          peer.getOutputStream().write('.');
        }
        return server.connections() == 0;
      });
    }
  }
}
