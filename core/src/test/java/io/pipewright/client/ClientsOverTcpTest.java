package io.pipewright.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.exchange.ExchangeException;
import io.pipewright.exchange.Exchanges;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.transport.Transport;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reconnecting client and a pool against servers that are killed, restarted, and hang up as they like. */
@Timeout(60)
class ClientsOverTcpTest {

  private static final Exchanges<String, String> EXCHANGES =
      Exchanges.<String, String>inOrder().timeout(Duration.ofSeconds(10));

  private final List<AutoCloseable> closing = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = closing.size() - 1; i >= 0; i--) {
      closing.get(i).close();
    }
  }

  private static Pipeline lines(ChannelInboundHandlerAdapter sharable) {
    return Pipeline.builder()
        .framing(Framing.lines())
        .text(UTF_8)
        .handler("handler", sharable)
        .build();
  }

  private static RunningServer server(
      Transport transport, int port, ChannelInboundHandlerAdapter handler) {
    return TcpServer.builder()
        .transport(transport)
        .port(port)
        .pipeline(lines(handler))
        .start();
  }

  private TcpClient client(Transport transport, int port) {
    TcpClient client = TcpClient.builder()
        .transport(transport)
        .port(port)
        .pipeline(Pipeline.builder()
            .framing(Framing.lines())
            .text(UTF_8)
            .handler("exchanges", EXCHANGES::newHandler)
            .build())
        .build();
    closing.add(client);
    return client;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatIsKilledAndRestartedIsFoundAgain(Transport transport) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ReconnectingClient client = ReconnectingClient.builder(client(transport, port))
        .backoff(Backoff.defaults().initial(Duration.ofMillis(10)).max(Duration.ofMillis(50)))
        .start();
    closing.add(client);
    await().until(() -> client.state() == ConnectionState.WAITING);
    for (int life = 0; life < 3; life++) {
      try (RunningServer server = server(transport, port, new Answering(new Random(0), 0))) {
        String answer = client
            .connected()
            .thenCompose(channel -> EXCHANGES.of(channel).send("hello"))
            .get(20, TimeUnit.SECONDS);
        assertThat(answer).isEqualTo("hello");
        assertThat(client.send("more")).succeedsWithin(Duration.ofSeconds(10));
        assertThat(server.port()).isEqualTo(port);
      }
      await().until(() -> client.channel().isEmpty());
    }
    client.close();
    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aPoolUnderContentionWithServersThatHangUpLosesAndLeaksNothing(Transport transport)
      throws Exception {
    Answering handler = new Answering(new Random(42), 20);
    RunningServer server = server(transport, 0, handler);
    closing.add(server);
    ConnectionPool pool = ConnectionPool.builder(client(transport, server.port()))
        .maxSize(4)
        .acquireTimeout(Duration.ofSeconds(20))
        .build();
    closing.add(pool);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    AtomicInteger mostLeased = new AtomicInteger();
    Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> users = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      int user = t;
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 100; i++) {
          try (Lease lease = pool.acquire()) {
            mostLeased.accumulateAndGet(pool.stats().size(), Math::max);
            String request = user + "." + i;
            String answer = EXCHANGES.of(lease.channel()).send(request).join();
            assertThat(answer).isEqualTo(request);
            answered.incrementAndGet();
            if (i % 33 == 0) {
              lease.discard();
            }
          } catch (CompletionException e) {
            if (e.getCause() instanceof ExchangeException) {
              lost.incrementAndGet();
            } else {
              wrong.add(e);
            }
          } catch (Throwable e) {
            wrong.add(e);
          }
        }
      });
      thread.start();
      users.add(thread);
    }
    for (Thread thread : users) {
      thread.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(answered.get() + lost.get()).isEqualTo(1600);
    assertThat(answered)
        .as("a connection that ends fails one user, not many")
        .hasValueGreaterThan(1200);
    assertThat(lost).as("the server does hang up").hasValueGreaterThan(0);
    assertThat(mostLeased).hasValueLessThanOrEqualTo(4);
    await().untilAsserted(() -> {
      assertThat(pool.stats().leased()).isZero();
      assertThat(pool.stats().waiting()).isZero();
      assertThat(handler.open).as("the server's side").hasValue(pool.stats().idle());
    });
    pool.close();
    await().untilAsserted(() -> assertThat(handler.open).hasValue(0));
  }

  /** Answers each line with itself; every so often, at random, hangs up instead. */
  @io.netty.channel.ChannelHandler.Sharable
  private static final class Answering extends ChannelInboundHandlerAdapter {

    private final Random random;
    private final int hangUpOnceIn;
    private final AtomicInteger open = new AtomicInteger();

    Answering(Random random, int hangUpOnceIn) {
      this.random = random;
      this.hangUpOnceIn = hangUpOnceIn;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      open.incrementAndGet();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      open.decrementAndGet();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      int luck = hangUpOnceIn == 0 ? -1 : random.nextInt(hangUpOnceIn * 2);
      if (luck == 0) {
        ctx.close();
        return;
      }
      ctx.writeAndFlush(message);
      if (luck == 1) {
        ctx.close(); // so that the pool gets back one that is about to end
      }
    }
  }
}
