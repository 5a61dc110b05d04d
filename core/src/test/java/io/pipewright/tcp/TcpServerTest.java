package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class TcpServerTest {

  private static final Pipeline ECHO = Pipeline.builder()
      .framing(Framing.none())
      .handler("echo", EchoHandler::new)
      .build();

  private static RunningServer start(Pipeline pipeline) {
    return TcpServer.builder().loops(1).pipeline(pipeline).start();
  }

  private static Socket connect(RunningServer server) throws Exception {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void bytesComeBackAsTheyWereSent(Transport transport) throws Exception {
    try (RunningServer server =
            TcpServer.builder().transport(transport).pipeline(ECHO).start();
        Socket client = connect(server)) {
      client.getOutputStream().write("网络 ✓\n".getBytes(UTF_8));

      byte[] echoed = client.getInputStream().readNBytes("网络 ✓\n".getBytes(UTF_8).length);

      assertThat(new String(echoed, UTF_8)).isEqualTo("网络 ✓\n");
      assertThat(server.transport()).isEqualTo(transport.toString());
      assertThat(server.state()).isEqualTo(ServerState.READY);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void afterThePeersHalfCloseEverythingOwedIsSentBeforeTheServersEnd(Transport transport)
      throws Exception {
    byte[] sent = new byte[3 << 20];
    new Random(7).nextBytes(sent);
    try (RunningServer server =
            TcpServer.builder().transport(transport).pipeline(ECHO).start();
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
      await().until(() -> server.connections() == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void handlersThatAskedForItMaySendOnAfterThePeersHalfClose(Transport transport) throws Exception {
    Pipeline answersAtTheEnd = Pipeline.builder()
        .framing(Framing.none())
        .handler("late", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
              ctx.executor()
                  .execute(() -> ctx.writeAndFlush(Unpooled.copiedBuffer("bye", UTF_8))
                      .addListener(sent -> ctx.close()));
            }
          }
        })
        .build();
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .allowHalfClosure(true)
            .pipeline(answersAtTheEnd)
            .start();
        Socket client = connect(server)) {
      client.shutdownOutput();

      assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("bye");
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithWhatToDo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> TcpServer.builder().port(port).pipeline(ECHO).start())
          .isInstanceOf(BindFailedException.class)
          .hasMessage("cannot listen on 127.0.0.1:"
              + port
              + ": the port is already in use; stop the other program or take another port"
              + " (0 takes a free one)");
    }
  }

  @Test
  void anUnknownHostIsNamed() {
    assertThatThrownBy(
            () -> TcpServer.builder().host("no.such.invalid").pipeline(ECHO).start())
        .isInstanceOf(BindFailedException.class)
        .hasMessage("cannot listen on no.such.invalid:0: unknown host");
  }

  @Test
  void anAddressOfAnotherMachineIsNamed() {
    assertThatThrownBy(
            () -> TcpServer.builder().host("192.0.2.1").pipeline(ECHO).start())
        .isInstanceOf(BindFailedException.class)
        .hasMessageEndingWith("that is no address of this machine");
  }

  @Test
  void aPipelineWithoutFramingIsRefusedWhenItIsSet() {
    Pipeline unframed = Pipeline.builder().handler("echo", EchoHandler::new).build();

    assertThatThrownBy(() -> TcpServer.builder().pipeline(unframed))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a TCP pipeline must name its framing");
  }

  @Test
  void aHandlerThatFailsEndsItsOwnConnectionOnly() throws Exception {
    Pipeline failsOnX = ECHO.before("echo", "fails-on-x", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (((ByteBuf) message).getByte(0) == 'x') {
          ((ByteBuf) message).release();
          throw new IllegalStateException("x");
        }
        ctx.fireChannelRead(message);
      }
    });
    try (RunningServer server = start(failsOnX);
        Socket bad = connect(server);
        Socket good = connect(server)) {
      bad.getOutputStream().write('x');
      assertThat(bad.getInputStream().read()).isEqualTo(-1);

      good.getOutputStream().write('y');
      assertThat(good.getInputStream().read()).isEqualTo('y');
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPeerThatNeverReadsCostsNoMoreThanTheStatedBound(Transport transport) throws Exception {
    AtomicReference<Channel> channel = new AtomicReference<>();
    Pipeline watched = ECHO.before("echo", "watch", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) {
        channel.compareAndSet(null, ctx.channel());
        ctx.fireChannelActive();
      }
    });
    int highBytes = 64 * 1024;
    int oneRead = 64 * 1024;
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .writeBufferWaterMark(highBytes / 2, highBytes)
            .pipeline(watched)
            .start();
        Socket deaf = connect(server)) {
      writeUntilStuck(deaf);
      try (Socket other = connect(server)) {
        other.getOutputStream().write('y');
        assertThat(other.getInputStream().read()).as("others are served").isEqualTo('y');
      }

      Channel stuck = channel.get();
      long owed = stuck
          .eventLoop()
          .submit(() -> stuck.unsafe().outboundBuffer().totalPendingWriteBytes())
          .get();
      assertThat(owed).isBetween(1L, (long) highBytes + oneRead + 1024);
      assertThat(stuck.config().isAutoRead()).isFalse();
    }
  }

  /** Writes until the server has stopped reading for a while. */
  private static void writeUntilStuck(Socket socket) throws Exception {
    AtomicLong written = new AtomicLong();
    Thread writer = new Thread(() -> {
      byte[] chunk = new byte[16 * 1024];
      try {
        while (true) {
          socket.getOutputStream().write(chunk);
          written.addAndGet(chunk.length);
        }
      } catch (IOException closed) {
        // the test is over
      }
    });
    writer.setDaemon(true);
    writer.start();
    AtomicLong before = new AtomicLong();
    await()
        .pollInterval(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(10))
        .until(() -> before.getAndSet(written.get()) == written.get() && written.get() > 0);
  }

  @Test
  void loopsThatWereLentGoOnWhenTheServerHasStopped() throws Exception {
    try (EventLoops loops = EventLoops.create(Transport.AUTO, Workload.TCP, 1)) {
      RunningServer server =
          TcpServer.builder().eventLoops(loops).pipeline(ECHO).start();
      server.close();

      assertThat(server.state()).isEqualTo(ServerState.STOPPED);
      assertThat(loops.group().isShuttingDown()).isFalse();
      try (RunningServer second =
              TcpServer.builder().eventLoops(loops).pipeline(ECHO).start();
          Socket client = connect(second)) {
        client.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('a');
      }
    }
  }

  @Test
  void aStoppedServerRefusesNewClients() throws Exception {
    RunningServer server = start(ECHO);
    int port = server.port();
    server.close();
    server.close();

    assertThat(server.awaitTermination(Duration.ZERO)).isTrue();
    assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
  }

  @Test
  void aTextServerKeepsCharactersWholeAcrossReads() throws Exception {
    Pipeline text = Pipeline.builder()
        .framing(Framing.none())
        .text(Charset.forName("GBK"))
        .handler("echo", EchoHandler::new)
        .build();
    byte[] gbk = "正在处理".getBytes("GBK");
    try (RunningServer server = start(text);
        Socket client = connect(server)) {
      client.setTcpNoDelay(true);
      InputStream in = client.getInputStream();
      for (byte b : gbk) {
        client.getOutputStream().write(b);
      }
      client.shutdownOutput();

      assertThat(new String(in.readAllBytes(), "GBK")).isEqualTo("正在处理");
    }
  }

  @Test
  void aFrameOverTheMaximumEndsItsConnection() throws Exception {
    Pipeline lines = Pipeline.builder()
        .framing(Framing.lines().maxLength(10).keepTerminator())
        .handler("echo", EchoHandler::new)
        .build();
    try (RunningServer server = start(lines);
        Socket client = connect(server)) {
      client.getOutputStream().write("short\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.getInputStream().readNBytes(6)).asString(UTF_8).isEqualTo("short\n");

      client.getOutputStream().write("much too long".getBytes(StandardCharsets.US_ASCII));

      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
