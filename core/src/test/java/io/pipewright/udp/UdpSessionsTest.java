package io.pipewright.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainEvent;
import io.pipewright.InFlight;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.RunningTcpServer;
import io.pipewright.tcp.TcpServer;
import io.pipewright.transport.Transport;
import io.pipewright.udp.session.SessionPolicy;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions on real sockets. */
@Timeout(60)
class UdpSessionsTest {

  private static final SessionPolicy POLICY = SessionPolicy.builder().build();

  private static final class Greeter extends SimpleChannelInboundHandler<String> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, String name) {
      ctx.writeAndFlush("hello " + name);
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  private static final Pipeline ECHO =
      Pipeline.builder().framing(Framing.none()).handler("echo", Echo::new).build();

  private static final Pipeline GREETER = Pipeline.builder()
      .framing(Framing.lines().maxLength(100))
      .text(UTF_8)
      .handler("greeter", Greeter::new)
      .build();

  private final Queue<Channel> sessions = new ConcurrentLinkedQueue<>();

  /** Hands each session to the test. */
  private Pipeline remembering(Pipeline pipeline) {
    return pipeline.with(
        io.pipewright.pipeline.Slot.CODEC, "remembers", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext ctx) {
            sessions.add(ctx.channel());
            ctx.fireChannelActive();
          }
        });
  }

  private static RunningUdpServer start(Transport transport, Pipeline pipeline) {
    return UdpServer.builder()
        .transport(transport)
        .sessions(POLICY)
        .pipeline(pipeline)
        .start();
  }

  private static DatagramSocket socket() throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(DatagramSocket from, byte[] bytes, RunningUdpServer to)
      throws IOException {
    from.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), to.port()));
  }

  private static byte[] receive(DatagramSocket at) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    at.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static String ask(DatagramSocket from, String text, RunningUdpServer server)
      throws IOException {
    send(from, text.getBytes(UTF_8), server);
    return new String(receive(from), UTF_8);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aTcpServicesPipelineServesDatagramsUnchanged(Transport transport) throws Exception {
    try (RunningTcpServer tcp = TcpServer.builder().pipeline(GREETER).start();
        RunningUdpServer udp = start(transport, GREETER);
        Socket stream = new Socket(InetAddress.getLoopbackAddress(), tcp.port());
        DatagramSocket datagrams = socket()) {
      stream.getOutputStream().write("tcp\n".getBytes(UTF_8));
      assertThat(stream.getInputStream().readNBytes(10)).isEqualTo("hello tcp\n".getBytes(UTF_8));

      assertThat(ask(datagrams, "udp\n", udp)).isEqualTo("hello udp\n");
      assertThat(ask(datagrams, "no line's end", udp)).isEqualTo("hello no line's end\n");
      assertThat(ask(datagrams, "one\r\ntwo", udp)).isEqualTo("hello one\n");
      assertThat(new String(receive(datagrams), UTF_8)).isEqualTo("hello two\n");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void datagramsOfEverySizeComeBackWholeAndEmptyOnesEmpty(Transport transport) throws Exception {
    try (RunningUdpServer server = start(transport, ECHO);
        DatagramSocket peer = socket()) {
      for (int size : new int[] {0, 1, 1472, 2048, 2049, 9000, 65_507}) {
        send(peer, new byte[size], server);
        assertThat(receive(peer)).hasSize(size);
      }
      for (int size : new int[] {1, 0, 2, 3}) {
        send(peer, new byte[size], server);
      }
      for (int size : new int[] {1, 0, 2, 3}) {
        assertThat(receive(peer)).hasSize(size);
      }
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.stats().accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void writesFromOtherThreadsArriveAndOneThatIsTooLargeFails(Transport transport) throws Exception {
    try (RunningUdpServer server = start(transport, remembering(ECHO));
        DatagramSocket peer = socket()) {
      ask(peer, "hello", server);
      Channel session = sessions.element();
      ChannelFuture tooLarge = session.writeAndFlush(Unpooled.wrappedBuffer(new byte[70_000]));
      assertThat(tooLarge.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(tooLarge.cause()).isInstanceOf(DatagramTooLongException.class);
      for (int i = 0; i < 100; i++) {
        session.writeAndFlush(Unpooled.copiedBuffer("" + i, UTF_8));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(new String(receive(peer), UTF_8)).isEqualTo("" + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aLongFrameIsOneDatagramWithItsEnd(Transport transport) throws Exception {
    Pipeline lines = Pipeline.builder()
        .framing(Framing.lines().maxLength(20_000))
        .handler("echo", Echo::new)
        .build();
    try (RunningUdpServer server = start(transport, lines);
        DatagramSocket peer = socket()) {
      String line = "x".repeat(10_000) + "\n";
      assertThat(ask(peer, line, server)).isEqualTo(line);
    }
  }

  @Test
  void aDatagramThatEndsWithinAFrameOfAGivenLengthEndsTheSessionAndTheNextOneStartsAnew()
      throws Exception {
    Pipeline prefixed = Pipeline.builder()
        .framing(Framing.lengthPrefix(2))
        .handler("echo", Echo::new)
        .build();
    try (RunningUdpServer server = start(Transport.NIO, prefixed);
        DatagramSocket peer = socket()) {
      send(peer, new byte[] {0, 9, 'c', 'u', 't'}, server);
      send(peer, new byte[] {0, 2, 'o', 'k'}, server);
      assertThat(receive(peer)).containsExactly(0, 2, 'o', 'k');
      assertThat(server.stats().errors()).containsEntry("truncated-frame", 1L);
      assertThat(server.stats().accepted()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aDrainTellsTheSessionsAndWaitsForWhatTheyOwe(Transport transport) throws Exception {
    Pipeline slow = Pipeline.builder()
        .handler("slow", () -> new SimpleChannelInboundHandler<ByteBuf>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, ByteBuf question) {
            InFlight.begin(ctx.channel());
          }

          @Override
          public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof DrainEvent) {
              ctx.writeAndFlush(Unpooled.copiedBuffer("the answer at last", UTF_8))
                  .addListener(sent -> InFlight.end(ctx.channel()));
            }
          }
        })
        .build();
    try (RunningUdpServer server = start(transport, slow);
        DatagramSocket peer = socket()) {
      send(peer, new byte[1], server);
      await().until(() -> server.connections() == 1);
      assertThat(server.drain(Duration.ofSeconds(10)).clean()).isTrue();
      assertThat(new String(receive(peer), UTF_8)).isEqualTo("the answer at last");
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void handlersOfASessionFindTheCountsOfTheirServer() throws Exception {
    Pipeline picky = Pipeline.builder()
        .handler("picky", () -> new SimpleChannelInboundHandler<ByteBuf>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, ByteBuf datagram) {
            DatagramCounts.of(ctx.channel()).dropped("not-my-taste");
          }
        })
        .build();
    try (RunningUdpServer server = start(Transport.NIO, picky);
        DatagramSocket peer = socket()) {
      send(peer, new byte[1], server);
      await().until(() -> server.stats().errors().containsKey("not-my-taste"));
    }
  }

  @Test
  void withoutSessionsFramingIsStillRefused() {
    assertThatThrownBy(() -> UdpServer.builder().pipeline(GREETER))
        .isInstanceOf(ConfigurationException.class);
  }
}
