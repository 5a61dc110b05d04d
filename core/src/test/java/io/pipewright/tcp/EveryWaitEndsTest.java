package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.address.Endpoint;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends that come in an unlucky order: none of them is waited for in vain. */
@Timeout(30)
class EveryWaitEndsTest {

  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  private static final Pipeline LINES = Pipeline.builder()
      .framing(Framing.lines())
      .handler("echo", EchoHandler::new)
      .build();

  private static RunningServer start() {
    return TcpServer.builder().pipeline(LINES).start();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerStopsAlsoWhenItsLentLoopsHaveEndedBefore(Transport transport) throws Exception {
    EventLoops loops = EventLoops.create(transport, Workload.TCP, 1);
    RunningServer server = TcpServer.builder().eventLoops(loops).pipeline(LINES).start();
    try (RawPeer peer = RawPeer.connect(server.port())) {
      await().until(() -> server.connections() == 1);
      loops.close();

      CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ZERO);

      assertThat(drained).succeedsWithin(Duration.ofSeconds(10));
      assertThat(server.state()).isEqualTo(ServerState.STOPPED);
      peer.expectEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void startingOnLoopsThatHaveEndedFails(Transport transport) {
    EventLoops loops = EventLoops.create(transport, Workload.TCP, 1);
    loops.close();

    assertThatThrownBy(
            () -> TcpServer.builder().eventLoops(loops).pipeline(LINES).start())
        .isInstanceOf(BindFailedException.class);
  }

  @Test
  void whatFollowsADrainMayCloseAnotherServerAndItsClient() {
    RunningServer other = start();
    RunningServer server = start();
    TcpClient client = TcpClient.builder().port(server.port()).pipeline(LINES).build();
    client.connect();

    CompletableFuture<Void> all =
        server.drainAsync(Duration.ZERO).thenRun(client::close).thenRun(other::close);

    assertThat(all).succeedsWithin(Duration.ofSeconds(10));
    assertThat(other.state()).isEqualTo(ServerState.STOPPED);
  }

  @Test
  void nobodyWaitsOnNettysGlobalExecutorWhichTheEndNeeds() throws Exception {
    RunningServer server = start();
    TcpClient client = TcpClient.builder().port(server.port()).pipeline(LINES).build();
    client.connect();

    GlobalEventExecutor.INSTANCE
        .submit(() -> {
          assertThatThrownBy(() -> server.drain(Duration.ZERO))
              .isInstanceOf(IllegalStateException.class);
          client.close();
          server.close();
        })
        .get(10, TimeUnit.SECONDS);

    assertThat(server.awaitTermination(FOREVER)).isTrue();
  }

  @Test
  void aGraceWithoutEndIsOneAndStillADrain() throws Exception {
    RunningServer server = start();
    try (RawPeer peer = RawPeer.connect(server.port())) {
      peer.send("half a li");
      await().until(() -> server.stats().bytesRead() == 9);

      CompletableFuture<DrainReport> drained = server.drainAsync(FOREVER);
      peer.send("ne\n").expect("half a line\n").expectEnd();

      assertThat(drained).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void aDelayThatNoTimerCanKeepIsRefused() {
    assertThatThrownBy(() -> TcpServer.builder().drainDelay(FOREVER))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("24 days");
  }

  @Test
  void aServerWhoseStartWasCancelledDoesNotStay() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }

    CompletableFuture<RunningTcpServer> starting =
        TcpServer.builder().port(port).pipeline(LINES).startAsync();
    boolean cancelled = starting.cancel(false);

    if (cancelled) {
      await()
          .pollDelay(Duration.ofMillis(500))
          .untilAsserted(() -> assertThatThrownBy(() -> new Socket("127.0.0.1", port).close())
              .isInstanceOf(IOException.class));
    } else {
      starting.join().close();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aDrainWaitsForTheAcceptedWhoseEventLoopIsNotThereYet(Transport transport) throws Exception {
    EventLoops loops = EventLoops.create(transport, Workload.TCP, 2);
    CountDownLatch go = new CountDownLatch(1);
    try (RunningTcpServer server =
        TcpServer.builder().eventLoops(loops).pipeline(LINES).start()) {
      List<RawPeer> peers = new ArrayList<>();
      peers.add(RawPeer.connect(server.port()));
      peers.add(RawPeer.connect(server.port()));
      await().until(() -> server.connections() == 2);
      EventLoop acceptors = server.openConnections().get(0).channel().parent().eventLoop();
      EventLoop blocked = server.openConnections().stream()
          .map(connection -> connection.channel().eventLoop())
          .filter(loop -> loop != acceptors)
          .findFirst()
          .orElseThrow();
      for (RawPeer peer : peers) {
        peer.close();
      }
      await().until(() -> server.connections() == 0);
      blocked.execute(() -> awaitUninterruptibly(go));
      RawPeer one = RawPeer.connect(server.port()).send("hi\n");
      RawPeer other = RawPeer.connect(server.port()).send("hi\n");
      await().until(() -> server.admission().open() == 2);

      CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ofSeconds(20));
      assertThat(drained.completeOnTimeout(null, 1, TimeUnit.SECONDS).join()).isNull();
      go.countDown();

      one.expect("hi\n").expectEnd();
      other.expect("hi\n").expectEnd();
      assertThat(server.drain(Duration.ofSeconds(20)).finished()).isEqualTo(2);
    } finally {
      go.countDown();
      loops.close();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aHandlerThatBlocksForEverHoldsUpNoDrain() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Pipeline blocking = Pipeline.builder()
        .framing(Framing.lines())
        .handler("blocking", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            awaitUninterruptibly(never);
          }
        })
        .build();
    RunningServer server = TcpServer.builder().loops(1).pipeline(blocking).start();
    try (RawPeer peer = RawPeer.connect(server.port()).send("x\n")) {
      await().until(() -> server.stats().bytesRead() == 2);

      DrainReport report = server.drain(Duration.ZERO);

      assertThat(report.forced()).isEqualTo(1);
      assertThat(report.clean()).isFalse();
      assertThat(server.state()).isEqualTo(ServerState.STOPPED);
      never.countDown();
      peer.expectEnd();
    } finally {
      never.countDown();
    }
  }

  @Test
  void countersNeverGoBackWhileConnectionsComeAndGo() throws Exception {
    try (RunningServer server = start()) {
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Long> wentBack = CompletableFuture.supplyAsync(() -> {
        long last = 0;
        long back = 0;
        while (!done.get()) {
          long now = server.stats().bytesRead();
          back += now < last ? 1 : 0;
          last = now;
        }
        return back;
      });
      for (int i = 0; i < 500; i++) {
        try (RawPeer peer = RawPeer.connect(server.port())) {
          peer.send("hi\n").expect("hi\n");
        }
      }
      done.set(true);

      assertThat(wentBack.get(10, TimeUnit.SECONDS)).isZero();
      await().until(() -> server.connections() == 0);
      assertThat(server.stats().bytesRead()).isEqualTo(1500);
    }
  }

  @Test
  void namesThatNobodyResolvesHoldUpNobodyElse() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    TcpClientBuilder lost = TcpClient.builder()
        .host("nobody.example")
        .port(1)
        .connectTimeout(Duration.ofMillis(50))
        .resolver(host -> {
          awaitUninterruptibly(never);
          throw new UnknownHostException(host);
        })
        .pipeline(LINES);
    try (TcpClient client = lost.build()) {
      List<CompletableFuture<Channel>> connecting = new ArrayList<>();
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        connecting.add(client.connectAsync());
      }
      assertThat(connecting).allSatisfy(one -> assertThat(one).failsWithin(Duration.ofSeconds(10)));

      assertThat(CompletableFuture.supplyAsync(() -> "free"))
          .succeedsWithin(Duration.ofSeconds(10));
      try (RunningServer server = start()) {
        assertThat(server.isReady()).isTrue();
      }
    } finally {
      never.countDown();
    }
  }

  @Test
  void twoFreePortsAreTwo() {
    Endpoint free = Endpoint.of("127.0.0.1", 0);
    try (RunningServer server =
        TcpServer.builder().listen(free, free).pipeline(LINES).start()) {
      assertThat(server.localAddresses()).hasSize(2).doesNotHaveDuplicates();
    }
  }
}
