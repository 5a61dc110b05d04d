package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.Transport;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer's end is to a connection, on every transport: a half-close ends one direction, a reset both. */
@Timeout(30)
class TcpPeerEndsTest {

  /** More than the sockets' buffers of both ends hold together. */
  private static final byte[] LONG_ANSWER = new byte[20_000_000];

  static {
    new Random(1).nextBytes(LONG_ANSWER);
  }

  /** Answers a while after the peer has finished sending: by then nothing is read and nothing to be written. */
  private static final class LateAnswer extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        ctx.executor()
            .schedule(
                () -> {
                  ByteBuf answer = Unpooled.wrappedBuffer(LONG_ANSWER);
                  ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
                },
                100,
                TimeUnit.MILLISECONDS);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerThatHasFinishedSendingGetsTheWholeOfALongLateAnswer(Transport transport)
      throws Exception {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("late", LateAnswer::new)
        .build();
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .allowHalfClosure(true)
            .pipeline(pipeline)
            .start();
        RawPeer peer = RawPeer.connect(server.port())) {
      peer.send("x").finishSending();
      TimeUnit.MILLISECONDS.sleep(300); // the answer fills every buffer before the first read
      peer.expect(LONG_ANSWER).expectEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerThatResetsRightAfterItsLastBytesIsNoticed(Transport transport) throws Exception {
    Pipeline listener = Pipeline.builder().framing(Framing.none()).build();
    try (RunningServer server =
        TcpServer.builder().transport(transport).loops(1).pipeline(listener).start()) {
      for (int i = 0; i < 50; i++) {
        RawPeer.connect(server.port()).send(new byte[1000]).reset();
      }
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }
  }
}
