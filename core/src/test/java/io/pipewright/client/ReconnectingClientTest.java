package io.pipewright.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.CapturedLog;
import io.pipewright.ConnectFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** The client's life in frozen time, on connections that the test makes. */
class ReconnectingClientTest {

  private final EmbeddedChannel clock = new EmbeddedChannel();
  private final Deque<CompletableFuture<Channel>> tries = new ArrayDeque<>();
  private final List<String> heard = new ArrayList<>();
  private int tried;

  ReconnectingClientTest() {
    clock.freezeTime();
  }

  @AfterEach
  void stopTheClock() {
    clock.close();
  }

  private ReconnectingClientBuilder builder() {
    return new ReconnectingClientBuilder("a.example:80", () -> {
          tried++;
          CompletableFuture<Channel> next = new CompletableFuture<>();
          tries.add(next);
          return next;
        })
        .executor(clock.eventLoop())
        .backoff(Backoff.defaults()
            .initial(Duration.ofSeconds(1))
            .max(Duration.ofSeconds(4))
            .resetAfter(Duration.ofSeconds(10))
            .random(() -> 1))
        .maxWait(Duration.ofSeconds(5))
        .listener(new Listener());
  }

  private final class Listener implements ConnectionListener {
    @Override
    public void connected(Channel channel) {
      heard.add("connected");
    }

    @Override
    public void lost(Channel channel) {
      heard.add("lost");
    }

    @Override
    public void failed(Throwable cause) {
      heard.add("failed");
    }

    @Override
    public void waiting(Duration delay, int failures) {
      heard.add("waiting " + delay.toSeconds());
    }
  }

  private void pass(long seconds) {
    clock.advanceTimeBy(seconds, TimeUnit.SECONDS);
    clock.runScheduledPendingTasks();
  }

  private EmbeddedChannel succeed() {
    EmbeddedChannel channel = new EmbeddedChannel();
    tries.remove().complete(channel);
    return channel;
  }

  private void fail() {
    tries
        .remove()
        .completeExceptionally(
            new ConnectFailedException("a.example:80", "refused", new IOException("refused")));
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((value, cause) -> cause).join();
  }

  @Test
  void aLostConnectionIsMadeAgainAfterTheBackoff() {
    ReconnectingClient client = builder().start();
    assertThat(client.state()).isEqualTo(ConnectionState.CONNECTING);
    EmbeddedChannel first = succeed();
    assertThat(client.channel()).contains(first);
    assertThat(client.state()).isEqualTo(ConnectionState.CONNECTED);

    first.close();
    assertThat(client.channel()).isEmpty();
    assertThat(client.state()).isEqualTo(ConnectionState.WAITING);
    pass(1);
    EmbeddedChannel second = succeed();
    assertThat(client.channel()).contains(second);
    assertThat(heard).containsExactly("connected", "lost", "waiting 1", "connected");
  }

  @Test
  void theWaitGrowsWithEachFailure() {
    builder().start();
    for (int seconds : new int[] {1, 2, 4, 4}) {
      fail();
      int before = tried;
      pass(seconds - 1);
      assertThat(tried).isEqualTo(before);
      pass(1);
      assertThat(tried).isEqualTo(before + 1);
    }
    assertThat(heard)
        .containsExactly(
            "failed",
            "waiting 1",
            "failed",
            "waiting 2",
            "failed",
            "waiting 4",
            "failed",
            "waiting 4");
  }

  @Test
  void onlyAConnectionThatLastedMakesItForgetFailures() {
    builder().start();
    fail();
    pass(1);
    EmbeddedChannel brief = succeed();
    pass(9);
    brief.close();
    assertThat(heard).last().isEqualTo("waiting 2");
    pass(2);
    EmbeddedChannel lasting = succeed();
    pass(10);
    lasting.close();
    assertThat(heard).last().isEqualTo("waiting 1");
  }

  @Test
  void itGivesUpAfterSoManyFailuresAndSaysWhy() {
    ReconnectingClient client = builder().giveUpAfter(2).start();
    CompletableFuture<Channel> waiter = client.connected();
    fail();
    pass(1);
    assertThat(client.ended()).isNotDone();
    fail();

    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    assertThat(failure(client.ended())).hasRootCauseMessage("refused");
    assertThat(failure(waiter))
        .isInstanceOf(ClientClosedException.class)
        .hasCauseInstanceOf(ConnectFailedException.class);
    pass(100);
    assertThat(tried).isEqualTo(2);
  }

  @Test
  void theLossOfAConnectionThatLastedIsNoFailureButThatOfABriefOneIs() {
    ReconnectingClient client = builder().giveUpAfter(1).start();
    EmbeddedChannel lasting = succeed();
    pass(10);
    lasting.close();
    assertThat(client.state()).isEqualTo(ConnectionState.WAITING);
    pass(1);
    succeed().close();

    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    assertThat(failure(client.ended()))
        .rootCause()
        .isInstanceOf(NotConnectedException.class)
        .hasMessage("the connection to a.example:80 was lost");
  }

  @Test
  void whatIsSentWhileDownFailsAtOnceAndIsReleased() {
    ReconnectingClient client = builder().start();
    fail();
    ByteBuf message = Unpooled.buffer().writeByte(1);

    assertThat(failure(client.send(message)))
        .isInstanceOf(NotConnectedException.class)
        .hasMessage("not connected to a.example:80: cannot connect to a.example:80: refused");
    assertThat(message.refCnt()).isZero();
  }

  @Test
  void whatIsAskedToWaitLeavesInOrderWhenTheConnectionIsUp() {
    ReconnectingClient client = builder().start();
    CompletableFuture<Void> first = client.sendWhenConnected("1");
    CompletableFuture<Void> second = client.sendWhenConnected("2");
    EmbeddedChannel channel = succeed();

    assertThat(channel.outboundMessages()).containsExactly("1", "2");
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(client.send("3")).isCompleted();
    assertThat(channel.outboundMessages()).containsExactly("1", "2", "3");
  }

  @Test
  void nothingWaitsForEverAndWhatHasWaitedIsReleased() {
    ReconnectingClient client = builder().start();
    ByteBuf message = Unpooled.buffer().writeByte(1);
    CompletableFuture<Void> sending = client.sendWhenConnected(message);
    CompletableFuture<Channel> waiting = client.connected();
    pass(5);

    assertThat(failure(sending)).hasCauseInstanceOf(NotConnectedException.class);
    assertThat(failure(waiting))
        .isInstanceOf(NotConnectedException.class)
        .hasMessage("not connected to a.example:80 after 5000 ms of waiting");
    assertThat(message.refCnt()).isZero();
  }

  @Test
  void noMoreWaitThanMayAndWhoGivesUpMakesRoom() {
    ReconnectingClient client = builder().maxWaiting(1).start();
    CompletableFuture<Channel> waiter = client.connected();
    assertThat(failure(client.connected()))
        .isInstanceOf(NotConnectedException.class)
        .hasMessage("not connected to a.example:80 and 1 wait for a connection already");
    waiter.cancel(false);
    assertThat(client.connected()).isNotDone();
  }

  @Test
  void whatTheListenerWritesOnANewConnectionGoesFirst() {
    ReconnectingClient client = builder()
        .listener(new ConnectionListener() {
          @Override
          public void connected(Channel channel) {
            channel.writeAndFlush("login");
          }
        })
        .start();
    client.sendWhenConnected("request");
    assertThat(succeed().outboundMessages()).containsExactly("login", "request");
  }

  @Test
  void aListenerThatThrowsStopsNothing() {
    ReconnectingClient client = builder()
        .listener(new ConnectionListener() {
          @Override
          public void connected(Channel channel) {
            throw new IllegalStateException("the listener's own");
          }
        })
        .start();
    try (CapturedLog log = CapturedLog.of(ReconnectingClient.class.getName(), Level.WARN)) {
      succeed();
      assertThat(log.lines())
          .containsExactly("the listener of the connection to a.example:80 failed");
    }
    assertThat(client.state()).isEqualTo(ConnectionState.CONNECTED);
  }

  @Test
  void closingEndsTheConnectionAndAllWaiting() {
    ReconnectingClient client = builder().start();
    EmbeddedChannel channel = succeed();
    client.close();

    assertThat(channel.isOpen()).isFalse();
    assertThat(client.ended()).isCompleted();
    assertThat(failure(client.send("x"))).isInstanceOf(ClientClosedException.class);
    assertThat(failure(client.connected())).isInstanceOf(ClientClosedException.class);
    pass(100);
    assertThat(tried).isEqualTo(1);
  }

  @Test
  void aTryThatIsUnderWayAtTheCloseIsGivenUp() {
    ReconnectingClient client = builder().start();
    CompletableFuture<Channel> late = tries.remove();
    client.close();
    assertThat(late).isCancelled();
    assertThat(client.ended()).isCompleted();
  }

  @Test
  void aListenerMayCloseTheClientInEveryCall() {
    ReconnectingClient[] self = new ReconnectingClient[1];
    self[0] = builder()
        .listener(new ConnectionListener() {
          @Override
          public void connected(Channel channel) {
            self[0].close();
          }
        })
        .start();
    EmbeddedChannel made = succeed();
    assertThat(made.isOpen()).isFalse();
    assertThat(self[0].ended()).isCompleted();

    self[0] = builder()
        .listener(new ConnectionListener() {
          @Override
          public void waiting(Duration delay, int failures) {
            self[0].close();
          }
        })
        .start();
    fail();
    pass(100);
    assertThat(tried).isEqualTo(2);
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> builder().giveUpAfter(-1))
        .hasMessage("giveUpAfter: must be 0 (never) or more, not -1");
    assertThatThrownBy(() -> builder().maxWaiting(-1))
        .hasMessage("maxWaiting: must be 0 or more, not -1");
    assertThatThrownBy(() -> builder().maxWait(Duration.ZERO))
        .hasMessage("maxWait: must be 1 ms to 24 days, not PT0S");
  }
}
