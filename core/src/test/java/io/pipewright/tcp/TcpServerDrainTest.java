package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.DrainEvent;
import io.pipewright.DrainReport;
import io.pipewright.InFlight;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.transport.Transport;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class TcpServerDrainTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private static final Pipeline LINES = Pipeline.builder()
      .framing(Framing.lines().keepTerminator())
      .handler("echo", EchoHandler::new)
      .build();

  private static RunningServer start(Transport transport, Pipeline pipeline) {
    return TcpServer.builder().transport(transport).pipeline(pipeline).start();
  }

  private static Socket connect(RunningServer server) throws Exception {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static List<Socket> connect(RunningServer server, int count) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(connect(server));
    }
    return sockets;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theIdleEndAtOnceAndTheBusyFinish(Transport transport) throws Exception {
    try (RunningServer server = start(transport, LINES)) {
      List<Socket> idle = connect(server, 50);
      List<Socket> busy = connect(server, 50);
      for (Socket socket : busy) {
        socket.getOutputStream().write("half a li".getBytes(US_ASCII));
      }
      await().until(() -> server.connections() == 100);
      awaitHalfLines(server);

      CompletableFuture<DrainReport> draining = server.drainAsync(LONG);

      for (Socket socket : idle) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.state()).isEqualTo(ServerState.DRAINING);
      assertThatThrownBy(() -> connect(server)).isInstanceOf(ConnectException.class);
      for (Socket socket : busy) {
        socket.getOutputStream().write("ne\n".getBytes(US_ASCII));
      }
      for (Socket socket : busy) {
        assertThat(socket.getInputStream().readAllBytes())
            .asString(US_ASCII)
            .isEqualTo("half a line\n");
      }
      DrainReport report = draining.get(10, TimeUnit.SECONDS);
      assertThat(report.finished()).isEqualTo(50);
      assertThat(report.idle()).isEqualTo(50);
      assertThat(report.clean()).isTrue();
      assertThat(server.state()).isEqualTo(ServerState.STOPPED);
    }
  }

  /** Says goodbye in its protocol's words. */
  private static final class Farewell extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof DrainEvent) {
        ctx.writeAndFlush(Unpooled.copiedBuffer("come back\n", US_ASCII));
        DrainEvent.toldToComeBack(ctx.channel());
      }
      ctx.fireUserEventTriggered(event);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void thoseWhoWereToldToComeBackAreReportedAsTold(Transport transport) throws Exception {
    Pipeline polite = LINES.with(Slot.HANDLER, "farewell", Farewell::new);
    try (RunningServer server = start(transport, polite);
        Socket idle = connect(server);
        Socket busy = connect(server)) {
      await().until(() -> server.connections() == 2);
      busy.getOutputStream().write("half a li".getBytes(US_ASCII));
      awaitBytesRead(server, 9);

      CompletableFuture<DrainReport> draining = server.drainAsync(LONG);

      assertThat(idle.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("come back\n");
      busy.getOutputStream().write("ne\n".getBytes(US_ASCII));
      assertThat(busy.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .isEqualTo("come back\nhalf a line\n");
      DrainReport report = draining.get(20, TimeUnit.SECONDS);
      assertThat(report.told()).isEqualTo(2);
      assertThat(report.clean()).isTrue();
      assertThat(report).asString().startsWith("0 finished, 0 idle, 2 told to come back, 0 forced");
    }
  }

  private static void awaitBytesRead(RunningServer server, long bytes) {
    await().until(() -> server.stats().bytesRead() == bytes);
  }

  /** The half lines are on the way; what has not come yet makes nobody busy. */
  private static void awaitHalfLines(RunningServer server) throws Exception {
    try (Socket last = connect(server)) {
      last.getOutputStream().write("last\n".getBytes(US_ASCII));
      last.getInputStream().readNBytes(5);
    }
    await().until(() -> server.connections() == 100);
  }

  @Test
  void whatIsStillBusyAfterTheGraceIsForced() throws Exception {
    try (RunningServer server = start(Transport.AUTO, LINES);
        Socket stuck = connect(server)) {
      stuck.getOutputStream().write("never ends".getBytes(US_ASCII));
      await().until(() -> server.connections() == 1);
      awaitRead(server);

      DrainReport report = server.drain(Duration.ofMillis(200));

      assertThat(report.forced()).isEqualTo(1);
      assertThat(report.clean()).isFalse();
      assertThat(report.took()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
      assertThat(report.endings().get(0).peer()).isEqualTo(stuck.getLocalSocketAddress());
    }
  }

  private static void awaitRead(RunningServer server) throws Exception {
    try (Socket other = connect(server)) {
      other.getOutputStream().write("read\n".getBytes(US_ASCII));
      other.getInputStream().readNBytes(5);
    }
    await().until(() -> server.connections() == 1);
  }

  @Test
  void aSecondDrainWithAShorterGraceJoinsTheFirst() throws Exception {
    try (RunningServer server = start(Transport.AUTO, LINES);
        Socket stuck = connect(server)) {
      stuck.getOutputStream().write("never ends".getBytes(US_ASCII));
      await().until(() -> server.connections() == 1);
      awaitRead(server);

      CompletableFuture<DrainReport> first = server.drainAsync(LONG);
      DrainReport second = server.drain(Duration.ZERO);

      assertThat(first.get(1, TimeUnit.SECONDS)).isEqualTo(second);
      assertThat(second.forced()).isEqualTo(1);
    }
  }

  @Test
  void workInFlightIsWaitedForAndHandlersAreTold() throws Exception {
    BlockingQueue<ChannelHandlerContext> told = new LinkedBlockingQueue<>();
    Pipeline owes = LINES.with(Slot.HANDLER, "owes", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) {
        InFlight.begin(ctx.channel());
      }

      @Override
      public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof DrainEvent) {
          told.add(ctx);
        }
      }
    });
    try (RunningServer server = start(Transport.AUTO, owes);
        Socket client = connect(server)) {
      await().until(() -> server.connections() == 1);
      CompletableFuture<DrainReport> draining = server.drainAsync(LONG);

      ChannelHandlerContext ctx = told.poll(5, TimeUnit.SECONDS);
      assertThat(ctx).isNotNull();
      assertThat(draining).isNotDone();
      InFlight.end(ctx.channel());

      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(draining.get(5, TimeUnit.SECONDS).finished()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatWasAcceptedAMomentAgoMayStillAsk() throws Exception {
    try (RunningServer server = start(Transport.AUTO, LINES);
        Socket client = connect(server)) {
      await().pollInterval(Duration.ofMillis(1)).until(() -> server.connections() == 1);
      CompletableFuture<DrainReport> draining = server.drainAsync(LONG);
      client.getOutputStream().write("ask\n".getBytes(US_ASCII));

      assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("ask\n");
      assertThat(draining.get(5, TimeUnit.SECONDS).finished()).isEqualTo(1);
    }
  }

  @Test
  void drainingOnAnEventLoopIsRefusedBecauseItWouldWaitForItself() throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CompletableFuture<RunningServer> self = new CompletableFuture<>();
    Pipeline drains = LINES.before("echo", "drains", () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext ctx) {
        try {
          self.join().drain(Duration.ZERO);
        } catch (IllegalStateException e) {
          thrown.complete(e);
        }
      }
    });
    try (RunningServer server = start(Transport.AUTO, drains)) {
      self.complete(server);
      try (Socket client = connect(server)) {
        assertThat(thrown.get(5, TimeUnit.SECONDS)).hasMessageContaining("use drainAsync()");
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @Test
  void aConnectionThatIsPingPongingFinishesItsExchanges() throws Exception {
    try (RunningServer server = start(Transport.AUTO, LINES);
        Socket client = connect(server)) {
      CompletableFuture<DrainReport> draining = null;
      for (int i = 0; i < 20; i++) {
        client.getOutputStream().write("ping\n".getBytes(US_ASCII));
        assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
        if (i == 2) {
          draining = server.drainAsync(LONG);
        }
      }
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(draining.get(5, TimeUnit.SECONDS).finished()).isEqualTo(1);
    }
  }
}
