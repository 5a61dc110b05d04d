package io.pipewright;

import static io.pipewright.proxy.ProxyProtocol.Mode.REQUIRED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.address.CidrSet;
import io.pipewright.address.Endpoint;
import io.pipewright.admission.Admission;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpServer;
import io.pipewright.testkit.RawPeer;
import io.pipewright.tls.ServerTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README's code compiles, stands there as it stands here, and does what it is said to do. */
class ReadmeTest {

  private static Pipeline greeter() {
    Pipeline greeter = Pipeline.builder()
        .framing(Framing.lines().maxLength(8_192))
        .text(StandardCharsets.UTF_8)
        .idle(IdlePolicy.closeAfter(Duration.ofSeconds(60)))
        .handler("greeter", GreetingHandler::new)
        .build();
    return greeter;
  }

  static class GreetingHandler extends SimpleChannelInboundHandler<String> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String name) {
      ctx.writeAndFlush("Hello, " + name + "!");
    }
  }

  static class AuditHandler extends ChannelInboundHandlerAdapter {}

  static class MeterHandler extends ChannelInboundHandlerAdapter {}

  /** Compiled, not run: it names fixed addresses. The guides' tests run each of the pieces. */
  static RunningServer onTheOpenInternet(
      Pipeline greeter, CidrSet balancers, Path chain, Path key) {
    return TcpServer.builder()
        .listen(Endpoint.of("0.0.0.0", 21567), Endpoint.unix(Path.of("/run/greeter.sock")))
        .admission(Admission.builder().maxConnections(10_000).maxPerAddress(50).build())
        .proxyProtocol(ProxyProtocol.builder().mode(REQUIRED).trust(balancers).build())
        .tls(ServerTls.builder().certificate(chain, key).build())
        .shaping(Shaping.builder().writeBytesPerSecond(10_000_000).build())
        .pipeline(greeter)
        .start();
  }

  @Test
  void theSmallestServerGreets() throws Exception {
    try (RunningServer server = TcpServer.builder().port(0).pipeline(greeter()).start();
        RawPeer client = RawPeer.connect(server.port())) {
      client.send("网络\n").finishSending().expect("Hello, 网络!\n").expectEnd();
    }
  }

  @Test
  void aHandlerMoreIsANewPipeline() {
    Pipeline greeter = greeter();
    Pipeline audited = greeter.with(Slot.HANDLER, "audit", AuditHandler::new);
    Pipeline metered = greeter.before("greeter", "meter", MeterHandler::new);

    assertThat(greeter.toString()).endsWith("backpressure ► greeter]");
    assertThat(audited.toString()).endsWith("backpressure ► greeter ► audit]");
    assertThat(metered.toString()).endsWith("backpressure ► meter ► greeter]");
  }

  @Test
  void theReadmeShowsTheCodeThatIsTestedHere() throws Exception {
    Path root = Path.of("").toAbsolutePath().getParent();
    String here = squeezed(
        Files.readString(root.resolve("core/src/test/java/io/pipewright/ReadmeTest.java"), UTF_8));

    for (String block : javaBlocks(Files.readString(root.resolve("README.md"), UTF_8))) {
      if (block.contains("TcpEchoServer") || block.contains("awaitTermination")) {
        continue; // tcp-echo's tests and the test above have these, with a port of their own
      }
      for (String statement : block.split("\n\n", -1)) {
        assertThat(here).contains(squeezed(statement));
      }
    }
    assertThat(squeezed(Files.readString(root.resolve("README.md"), UTF_8)))
        .contains(squeezed(greeterStatement()));
  }

  private static String greeterStatement() throws IOException {
    String source = Files.readString(Path.of("src/test/java/io/pipewright/ReadmeTest.java"), UTF_8);
    return source.substring(source.indexOf("Pipeline greeter ="), source.indexOf("return greeter"));
  }

  private static List<String> javaBlocks(String markdown) {
    return Arrays.stream(markdown.split("```java\n", -1))
        .skip(1)
        .map(rest -> rest.substring(0, rest.indexOf("```")))
        .toList();
  }

  /** Without comments and white space: formatters differ. */
  private static String squeezed(String code) {
    return code.replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
  }
}
