package io.pipewright.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.RunningServer;
import io.pipewright.address.Cidr;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tls.Certificates.Pair;
import io.pipewright.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The PROXY header travels in front of TLS, in the clear, as HAProxy sends it. */
@Timeout(60)
class TlsBehindProxyTest {

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theHeaderComesBeforeTheHandshake(Transport transport, @TempDir Path folder)
      throws Exception {
    Pair pair = Certificates.in(folder, "test").signed("server", "localhost", "127.0.0.1");
    Pipeline who = Pipeline.builder()
        .framing(Framing.lines())
        .text(US_ASCII)
        .handler("who", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object line) {
            ctx.writeAndFlush(line + " " + ctx.channel().remoteAddress());
          }
        })
        .build();
    CompletableFuture<String> answer = new CompletableFuture<>();
    Pipeline listener = Pipeline.builder()
        .framing(Framing.lines())
        .text(US_ASCII)
        .handler("listen", () -> new SimpleChannelInboundHandler<String>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, String line) {
            answer.complete(line);
          }
        })
        .build();
    try (ServerTls serverTls =
            ServerTls.builder().certificate(pair.chain(), pair.key()).build();
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .proxyProtocol(
                ProxyProtocol.builder().trust(Cidr.parse("127.0.0.1")).build())
            .tls(serverTls)
            .pipeline(who)
            .start();
        TcpClient client = TcpClient.builder()
            .port(server.port())
            .transport(transport)
            .tls(ClientTls.builder().trust(folder.resolve("test-ca.pem")).build())
            .proxyProtocol(ProxyProtocol.writing(2)
                .source(new InetSocketAddress("203.0.113.7", 5))
                .checksum())
            .pipeline(listener)
            .build()) {
      Channel channel = client.connect();
      channel.writeAndFlush("for");

      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("for /203.0.113.7:5");
    }
  }
}
