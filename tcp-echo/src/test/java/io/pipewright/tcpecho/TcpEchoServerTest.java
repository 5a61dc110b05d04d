package io.pipewright.tcpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Slot;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import io.pipewright.transport.Transport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TcpEchoServerTest {

  private static final Charset GBK = Charset.forName("GBK");

  static Stream<Transport> transportsHere() {
    return Stream.of(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable());
  }

  private static Socket connect(RunningServer server) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static byte[] ask(RunningServer server, byte[] message) throws IOException {
    try (Socket client = connect(server)) {
      client.getOutputStream().write(message);
      client.shutdownOutput();
      return client.getInputStream().readAllBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("transportsHere")
  void verbatimBytesComeBackAsTheyArrivedAndAllOfThemAfterTheHalfClose(Transport transport)
      throws Exception {
    byte[] sent = new byte[5 << 20];
    new Random(862).nextBytes(sent);
    try (RunningServer server =
            TcpEchoServer.builder().socket(tcp -> tcp.transport(transport)).start();
        Socket client = connect(server)) {
      CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
        try {
          return client.getInputStream().readAllBytes();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      client.getOutputStream().write(sent);
      client.shutdownOutput();

      assertThat(received.join()).isEqualTo(sent);
    }
  }

  @Test
  void aTimestampInEnglishStandsBeforeTheSameBytes() throws Exception {
    Clock then = Clock.fixed(
        LocalDateTime.of(2012, 2, 2, 15, 52, 21).atZone(ZoneId.systemDefault()).toInstant(),
        ZoneId.systemDefault());
    byte[] gbk = "网络".getBytes(GBK);
    try (RunningServer server =
        TcpEchoServer.builder().reply(Reply.TIMESTAMP).clock(then).start()) {
      byte[] answer = ask(server, gbk);

      assertThat(new String(answer, GBK)).isEqualTo("[Thu Feb 02 15:52:21 2012] 网络");
    }
  }

  @Test
  void upperCaseTouchesTheBytesAToZAndNoOther() throws Exception {
    byte[] every = new byte[256];
    byte[] expected = new byte[256];
    for (int i = 0; i < 256; i++) {
      every[i] = (byte) i;
      expected[i] = (byte) (i >= 'a' && i <= 'z' ? i - 32 : i);
    }
    try (RunningServer server = TcpEchoServer.builder().reply(Reply.UPPERCASE).start()) {
      assertThat(ask(server, every)).isEqualTo(expected);
    }
  }

  @Test
  void upperCaseWithACharsetLeavesHalvesOfCharactersAlone() throws Exception {
    byte[] halfIsALetter = {(byte) 0x81, 'a', 'a'}; // in GBK 0x81 0x61 is one character
    try (RunningServer server =
        TcpEchoServer.builder().reply(Reply.UPPERCASE).text(TextCodec.of(GBK)).start()) {
      assertThat(ask(server, halfIsALetter)).isEqualTo(new byte[] {(byte) 0x81, 'a', 'A'});
    }
  }

  @Test
  void bytesThatAreNoTextEndTheirConnectionOrAreReplacedAsTold() throws Exception {
    byte[] bad = {'a', (byte) 0xFF, 'b'};
    TextCodec strict = TextCodec.of(UTF_8);
    try (RunningServer closing =
            TcpEchoServer.builder().reply(Reply.UPPERCASE).text(strict).start();
        RunningServer replacing = TcpEchoServer.builder()
            .reply(Reply.UPPERCASE)
            .text(strict.onBadBytes(BadBytes.REPLACE))
            .start()) {
      assertThat(new String(ask(replacing, bad), UTF_8)).isEqualTo("A\uFFFDB");
      try (Socket client = connect(closing)) {
        client.getOutputStream().write(bad);
        assertThat(client.getInputStream().readAllBytes()).doesNotContain('B');
      }
    }
  }

  @Test
  void linesComeBackWithTheTerminatorTheyCameWith() throws Exception {
    Framing lines = Framing.lines().keepTerminator();
    try (RunningServer server =
        TcpEchoServer.builder().framing(lines).reply(Reply.UPPERCASE).start()) {
      byte[] answer = ask(server, "unix\ndos\r\n\n".getBytes(UTF_8));

      assertThat(answer).asString(UTF_8).isEqualTo("UNIX\nDOS\r\n\n");
    }
  }

  @Test
  void aLengthPrefixedMessageIsAnsweredByOne() throws Exception {
    try (RunningServer server = TcpEchoServer.builder()
            .framing(Framing.lengthPrefix(4))
            .reply(Reply.UPPERCASE)
            .start();
        Socket client = connect(server)) {
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      out.writeInt(3);
      out.write("abc".getBytes(StandardCharsets.US_ASCII));
      DataInputStream in = new DataInputStream(client.getInputStream());

      assertThat(in.readInt()).isEqualTo(3);
      assertThat(in.readNBytes(3)).asString(UTF_8).isEqualTo("ABC");
    }
  }

  @Test
  void aSilentConnectionIsClosedAndABusyOneIsNot() throws Exception {
    Duration idle = Duration.ofMillis(400);
    try (RunningServer server = TcpEchoServer.builder().idleTimeout(idle).start();
        Socket silent = connect(server);
        Socket busy = connect(server)) {
      long start = System.nanoTime();
      CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> {
        try {
          return silent.getInputStream().read();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      while (!end.isDone()) {
        busy.getOutputStream().write('x');
        assertThat(busy.getInputStream().read()).isEqualTo('x');
      }

      assertThat(end.join()).isEqualTo(-1);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(idle);
    }
  }

  @Test
  void twoHundredClientsAreServedAtOnce() throws Exception {
    try (RunningServer server = TcpEchoServer.builder().start()) {
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        clients.add(connect(server));
      }
      for (int i = 0; i < 200; i++) {
        clients.get(i).getOutputStream().write(("client " + i + "\n").getBytes(UTF_8));
      }
      for (int i = 199; i >= 0; i--) {
        byte[] expected = ("client " + i + "\n").getBytes(UTF_8);
        assertThat(clients.get(i).getInputStream().readNBytes(expected.length)).isEqualTo(expected);
        clients.get(i).close();
      }
      await().until(() -> server.connections() == 0);
    }
  }

  @Test
  void aHandlerOfTheUsersOwnIsAddedByOneLine() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    try (RunningServer server = TcpEchoServer.builder()
        .customize(pipeline -> pipeline
            .before("echo", "count", () -> new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                seen.incrementAndGet();
                ctx.fireChannelRead(message);
              }
            })
            .with(Slot.CAPTURE, "nothing", ChannelInboundHandlerAdapter::new))
        .start()) {
      assertThat(ask(server, "counted".getBytes(UTF_8))).asString(UTF_8).isEqualTo("counted");
      assertThat(seen).hasValue(1);
    }
  }
}
