package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.InFlight;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HalfCloseTest {

  private static final Pipeline NOTHING = Pipeline.builder()
      .framing(Framing.none())
      .handler("nothing", ChannelInboundHandlerAdapter::new)
      .build();

  /** Reads no more after the first message, and answers it a while later. */
  private static final class DeafAfterOne extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      InFlight.begin(ctx.channel());
      HalfClose.stopReceiving(ctx.channel())
          .addListener(stopped -> ctx.executor()
              .schedule(
                  () -> {
                    ctx.writeAndFlush(message);
                    InFlight.end(ctx.channel());
                  },
                  100,
                  TimeUnit.MILLISECONDS));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whoHasStoppedReceivingStillAnswers(Transport transport) throws Exception {
    Pipeline deaf = Pipeline.builder()
        .framing(Framing.lines().keepTerminator())
        .handler("deaf", DeafAfterOne::new)
        .build();
    try (RunningTcpServer server =
            TcpServer.builder().transport(transport).loops(1).pipeline(deaf).start();
        Socket peer = new Socket("127.0.0.1", server.port())) {
      peer.setSoTimeout(10_000);
      peer.getOutputStream().write("one\n".getBytes(US_ASCII));

      assertThat(new String(peer.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("one\n");
      await().until(() -> server.connections() == 0);
    }
  }

  @Test
  void aClosedConnectionSaysThatNothingMoreCanBeSent() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpClient client =
            TcpClient.builder().port(server.getLocalPort()).pipeline(NOTHING).build()) {
      Channel channel = client.connect();
      channel.close().await();
      await().until(() -> channel.pipeline().context(Connection.NAME) == null);

      var finished = HalfClose.finishSending(channel).await();

      assertThat(finished.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }
}
