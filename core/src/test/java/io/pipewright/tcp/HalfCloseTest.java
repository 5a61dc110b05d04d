package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class HalfCloseTest {

  private static final Pipeline NOTHING = Pipeline.builder()
      .framing(Framing.none())
      .handler("nothing", ChannelInboundHandlerAdapter::new)
      .build();

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
