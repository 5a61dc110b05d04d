package io.pipewright.tcpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.tcp.TcpClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpEchoClientTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  @Test
  void itSendsInOneCharsetAndReceivesInAnother() throws Exception {
    Charset gbk = Charset.forName("GBK");
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TcpEchoClient client = TcpEchoClient.connect(
            TcpClient.builder().port(listener.getLocalPort()), Framing.none(), UTF_8, gbk);
        Socket server = listener.accept()) {
      client.send("问题");
      assertThat(server.getInputStream().readNBytes(6)).asString(UTF_8).isEqualTo("问题");

      server.getOutputStream().write("正在处理".getBytes(gbk));
      assertThat(client.receive(SOON)).contains(new Incoming.Message("正在处理"));
    }
  }

  @Test
  void afterItsOwnHalfCloseItStillHearsTheServersEnd() throws Exception {
    try (RunningServer server = TcpEchoServer.builder().start();
        TcpEchoClient client = TcpEchoClient.connect(
            TcpClient.builder().port(server.port()), Framing.none(), UTF_8, UTF_8)) {
      client.send("last words");
      client.finish();

      assertThat(client.receive(SOON)).contains(new Incoming.Message("last words"));
      assertThat(client.receive(SOON)).contains(new Incoming.End());
      assertThat(client.receive(Duration.ofMillis(10))).isEqualTo(Optional.empty());
    }
  }

  @Test
  void aMessageThatDoesNotFitTheFramingIsHeardOfAsBroken() throws Exception {
    try (RunningServer server =
            TcpEchoServer.builder().framing(Framing.lines().keepTerminator()).start();
        TcpEchoClient client = TcpEchoClient.connect(
            TcpClient.builder().port(server.port()), Framing.lines(), UTF_8, UTF_8)) {
      client.send("two\nlines");

      assertThat(client.receive(SOON).orElseThrow()).isInstanceOf(Incoming.Broken.class);
    }
  }
}
