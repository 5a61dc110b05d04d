package io.pipewright.offload;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.tcp.TcpServer;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class OffloadTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private Offload offload;

  @AfterEach
  void close() {
    gate.countDown();
    if (offload != null) {
      offload.close();
    }
  }

  private RunningServer start(Transport transport, Supplier<ChannelHandler> handlers) {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.lines())
        .text(US_ASCII)
        .handler("work", handlers, offload)
        .build();
    return TcpServer.builder().transport(transport).pipeline(pipeline).start();
  }

  private static Socket connect(RunningServer server) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String lines(int count) {
    return String.join("\n", IntStream.range(0, count).mapToObj(String::valueOf).toList()) + "\n";
  }

  /** Answers each line, and notes what it sees; the first waits until it is let. */
  private final class Blocking extends ChannelInboundHandlerAdapter {

    private int calls;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      seen.add("active");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
      if (ctx.channel().eventLoop().inEventLoop()) {
        throw new IllegalStateException("on the event loop");
      }
      if (calls++ == 0) {
        gate.await();
      }
      seen.add((String) message);
      ctx.writeAndFlush(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      seen.add("inactive");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aBlockedHandlerKeepsItsOrderAndHoldsUpNobodyElse(Transport transport) throws Exception {
    offload = Offload.builder().build();
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .loops(1)
            .pipeline(Pipeline.builder()
                .framing(Framing.lines())
                .text(US_ASCII)
                .handler("work", Blocking::new, offload)
                .build())
            .start();
        Socket blocked = connect(server);
        Socket other = connect(server)) {
      blocked.getOutputStream().write(lines(1_000).getBytes(US_ASCII));
      await().until(() -> seen.size() == 2);
      gate.countDown();
      other.getOutputStream().write("other\n".getBytes(US_ASCII));
      assertThat(other.getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("other\n");
      assertThat(blocked.getInputStream().readNBytes(lines(1_000).length()))
          .asString(US_ASCII)
          .isEqualTo(lines(1_000));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void messagesQueuedWhenThePeerLeavesAreStillHandledBeforeItsEnd(Transport transport)
      throws Exception {
    offload = Offload.builder().threads(2).build();
    try (RunningServer server = start(transport, Blocking::new)) {
      try (Socket client = connect(server)) {
        client.getOutputStream().write(lines(20).getBytes(US_ASCII));
        await().until(() -> server.connections() == 1 && seen.contains("active"));
        client.setSoLinger(true, 0);
      }
      await().until(() -> server.connections() == 0 || gate.getCount() == 1);
      gate.countDown();
      await().until(() -> seen.contains("inactive"));
      assertThat(List.copyOf(seen)).startsWith("active").endsWith("inactive");
      assertThat(seen.stream().filter(text -> Character.isDigit(text.charAt(0))))
          .isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void readingStopsAtTheBoundAndGoesOnAtHalfOfIt(Transport transport) throws Exception {
    offload = Offload.builder().maxQueued(10).build();
    AtomicInteger arrived = new AtomicInteger();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.fixedLength(1_000))
        .add(Slot.CODEC, "count", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            arrived.incrementAndGet();
            ctx.fireChannelRead(message);
          }
        })
        .handler(
            "work",
            () -> new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
                gate.await();
                seen.add("" + ((ByteBuf) message).readableBytes());
                ReferenceCountUtil.release(message);
              }
            },
            offload)
        .build();
    int frames = 20_000;
    try (RunningServer server =
            TcpServer.builder().transport(transport).pipeline(pipeline).start();
        Socket client = connect(server)) {
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
        try {
          client.getOutputStream().write(new byte[frames * 1_000]);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      await().until(() -> arrived.get() >= 10);
      // one batch of reads is 16 of 64 KiB at most
      await().during(Duration.ofMillis(300)).until(() -> arrived.get() < 1_200);
      assertThat(writing).isNotDone();
      gate.countDown();
      await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == frames);
      writing.get(5, TimeUnit.SECONDS);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aDrainWaitsForWhatIsBeingHandledAndForItsAnswer(Transport transport) throws Exception {
    offload = Offload.builder().build();
    try (RunningServer server = start(transport, Blocking::new);
        Socket client = connect(server)) {
      client.getOutputStream().write("slow\n".getBytes(US_ASCII));
      await().until(() -> server.connections() == 1);
      CompletableFuture<DrainReport> draining = server.drainAsync(LONG);
      // longer than recent traffic alone keeps a connection
      await().during(Duration.ofMillis(800)).until(() -> !draining.isDone());
      gate.countDown();
      assertThat(client.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("slow\n");
      assertThat(draining.get(10, TimeUnit.SECONDS).finished()).isEqualTo(1);
    }
  }

  @Test
  void whatTheHandlerThrowsReachesExceptionCaught() throws Exception {
    offload = Offload.builder().build();
    Supplier<ChannelHandler> failing = () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        throw new IllegalArgumentException((String) message);
      }

      @Override
      public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.writeAndFlush("caught " + cause.getMessage());
      }
    };
    try (RunningServer server = start(Transport.AUTO, failing);
        Socket client = connect(server)) {
      client.getOutputStream().write("x\n".getBytes(US_ASCII));
      assertThat(client.getInputStream().readNBytes(9)).asString(US_ASCII).isEqualTo("caught x\n");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void anExecutorThatTakesNoMoreEndsTheConnectionWithATypedError(Transport transport)
      throws Exception {
    ExecutorService mine = Executors.newSingleThreadExecutor();
    offload = Offload.builder().executor(mine).build();
    Queue<Throwable> caught = new ConcurrentLinkedQueue<>();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("work", ChannelInboundHandlerAdapter::new, offload)
        .handler("last", () -> new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught.add(cause);
          }
        })
        .build();
    try (RunningServer server =
            TcpServer.builder().transport(transport).pipeline(pipeline).start();
        Socket client = connect(server)) {
      await().until(() -> server.connections() == 1);
      mine.shutdownNow();
      client.getOutputStream().write("lost?".getBytes(US_ASCII));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      await().until(() -> caught.stream().anyMatch(OffloadRejectedException.class::isInstance));
      OffloadRejectedException refused = (OffloadRejectedException) caught.stream()
          .filter(OffloadRejectedException.class::isInstance)
          .findFirst()
          .orElseThrow();
      assertThat(refused.handler()).isEqualTo("work");
      assertThat(refused).hasCauseInstanceOf(RejectedExecutionException.class);
      await().until(() -> server.connections() == 0);
    } finally {
      mine.shutdownNow();
    }
  }

  @Test
  void aTaskThatAHandlerSchedulesRunsInItsPlaceAndOrder() throws Exception {
    offload = Offload.builder().build();
    Supplier<ChannelHandler> later = () -> new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.executor()
            .schedule(
                () -> {
                  boolean here = ctx.executor().inEventLoop();
                  ctx.writeAndFlush(here + " " + ctx.channel().eventLoop().inEventLoop());
                },
                1,
                TimeUnit.MILLISECONDS);
      }
    };
    try (RunningServer server = start(Transport.AUTO, later);
        Socket client = connect(server)) {
      client.getOutputStream().write("x\n".getBytes(US_ASCII));
      assertThat(client.getInputStream().readNBytes(11))
          .asString(US_ASCII)
          .isEqualTo("true false\n");
    }
  }

  @Test
  void aPipelineKeepsAndTellsWhereItsHandlersRun() {
    offload = Offload.builder().threads(3).maxQueued(7).build();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("work", Blocking::new, offload)
        .build()
        .replace("work", Blocking::new);
    assertThat(pipeline.describe())
        .contains("Blocking, on 3 threads, at most 7 messages of a connection queued");
  }

  @Test
  void virtualThreadsAreTakenWhereTheJdkHasThem() {
    offload = Offload.builder().build();
    assertThat(offload.toString())
        .startsWith(Runtime.version().feature() >= 21 ? "virtual threads" : "64 threads");
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> Offload.builder().maxQueued(0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxQueued: must be 1 or more, not 0");
    assertThatThrownBy(() -> Offload.builder().threads(-1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("threads");
  }
}
