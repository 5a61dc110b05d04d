package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.BindFailedException;
import io.pipewright.DrainReport;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A new server takes the place of an old one while clients come and go. */
@Timeout(60)
class RestartTest {

  private static final Pipeline ECHO = Pipeline.builder()
      .framing(Framing.none())
      .handler("echo", EchoHandler::new)
      .build();

  private static RunningTcpServer start(Transport transport, int port) {
    return TcpServer.builder()
        .transport(transport)
        .loops(1)
        .port(port)
        .reusePort(true)
        .pipeline(ECHO)
        .start();
  }

  /** Clients that connect, ask once and close, one after another, until they are told to stop. */
  private static final class Clients implements AutoCloseable {

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicLong answered = new AtomicLong();
    private final Queue<IOException> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    Clients(int port) {
      for (int i = 0; i < 8; i++) {
        threads.execute(() -> {
          while (!stopping.get()) {
            ask(port);
          }
        });
      }
    }

    private void ask(int port) {
      try (Socket peer = new Socket("127.0.0.1", port)) {
        peer.setTcpNoDelay(true);
        peer.setSoTimeout(10_000);
        peer.getOutputStream().write(new byte[100]);
        if (peer.getInputStream().readNBytes(100).length < 100) {
          throw new IOException("cut");
        }
        answered.incrementAndGet();
      } catch (IOException e) {
        failures.add(e);
      }
    }

    void awaitMore(int count) {
      long enough = answered.get() + count;
      await().until(() -> answered.get() >= enough || !failures.isEmpty());
    }

    @Override
    public void close() {
      stopping.set(true);
      threads.shutdown();
      await().atMost(Duration.ofSeconds(20)).until(threads::isTerminated);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL"})
  void aRestartUnderLoadRefusesNobodyAndCutsNothing(Transport transport) throws Exception {
    Assumptions.assumeTrue(transport.isAvailable(), transport + " is not available here");
    RunningTcpServer old = start(transport, 0);
    int port = old.port();
    try (Clients clients = new Clients(port)) {
      for (int restart = 0; restart < 4; restart++) {
        clients.awaitMore(200);
        RunningTcpServer fresh = start(transport, port);
        DrainReport report = old.drain(Duration.ofSeconds(20));
        assertThat(report.forced()).isZero();
        clients.awaitMore(200);
        old = fresh;
      }
      assertThat(clients.failures).isEmpty();
    } finally {
      old.close();
    }
  }

  /** Which number a listener has in its group cannot be asked for; taking the new one back is the other case. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL"})
  void theNewServerMayBeTheOneThatGoes(Transport transport) throws Exception {
    Assumptions.assumeTrue(transport.isAvailable(), transport + " is not available here");
    try (RunningTcpServer stays = start(transport, 0)) {
      try (Clients clients = new Clients(stays.port())) {
        for (int attempt = 0; attempt < 3; attempt++) {
          RunningTcpServer goes = start(transport, stays.port());
          clients.awaitMore(200);
          assertThat(goes.drain(Duration.ofSeconds(20)).forced()).isZero();
          clients.awaitMore(200);
        }
        assertThat(clients.failures).isEmpty();
      }
    }
  }

  @Test
  void withoutTheOptionAPortIsOneServersAlone() {
    try (RunningTcpServer first = TcpServer.builder().pipeline(ECHO).start()) {
      assertThatThrownBy(() -> start(Transport.AUTO, first.port()))
          .isInstanceOf(BindFailedException.class)
          .hasMessageContaining("already in use");
    }
  }

  @Test
  void readinessTurnsFalseBeforeTheListenerCloses() throws Exception {
    try (RunningTcpServer server = TcpServer.builder()
        .loops(1)
        .drainDelay(Duration.ofSeconds(1))
        .pipeline(ECHO)
        .start()) {
      assertThat(server.isReady()).isTrue();

      CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ofSeconds(20));

      assertThat(server.isReady()).isFalse();
      try (Socket late = new Socket("127.0.0.1", server.port())) {
        late.getOutputStream().write('x');
        assertThat(late.getInputStream().read()).isEqualTo('x');
      }
      assertThat(drained.get(20, TimeUnit.SECONDS).clean()).isTrue();
      assertThatThrownBy(() -> new Socket("127.0.0.1", server.port()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void whoeverClosesDoesNotWaitForTheDelay() {
    RunningTcpServer server = TcpServer.builder()
        .loops(1)
        .drainDelay(Duration.ofHours(1))
        .pipeline(ECHO)
        .start();
    CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ofHours(1));

    server.close();

    assertThat(drained).succeedsWithin(Duration.ofSeconds(10)); // told after close() was
  }
}
