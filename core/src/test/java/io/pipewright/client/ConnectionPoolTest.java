package io.pipewright.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.CapturedLog;
import io.pipewright.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** The pool's rules in frozen time, on connections that the test makes. */
class ConnectionPoolTest {

  private final EmbeddedChannel clock = new EmbeddedChannel();
  private final Deque<CompletableFuture<Channel>> tries = new ArrayDeque<>();
  private final Set<Channel> unfit = new HashSet<>();
  private boolean onEventLoop;

  ConnectionPoolTest() {
    clock.freezeTime();
  }

  @AfterEach
  void stopTheClock() {
    clock.close();
  }

  private ConnectionPoolBuilder builder() {
    return new ConnectionPoolBuilder(
            "a.example:80",
            () -> {
              CompletableFuture<Channel> next = new CompletableFuture<>();
              tries.add(next);
              return next;
            },
            () -> onEventLoop)
        .executor(clock.eventLoop())
        .healthCheck(channel -> !unfit.contains(channel))
        .maxSize(2)
        .maxIdleTime(Duration.ofSeconds(60))
        .acquireTimeout(Duration.ofSeconds(5));
  }

  private void pass(long seconds) {
    clock.advanceTimeBy(seconds, TimeUnit.SECONDS);
    clock.runScheduledPendingTasks();
  }

  private EmbeddedChannel connect() {
    EmbeddedChannel channel = new EmbeddedChannel();
    tries.remove().complete(channel);
    return channel;
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((value, cause) -> cause).join();
  }

  @Test
  void aConnectionIsMadeWhenItIsNeededAndUsedAgain() {
    ConnectionPool pool = builder().build();
    assertThat(tries).isEmpty();
    CompletableFuture<Lease> first = pool.acquireAsync();
    assertThat(pool.stats()).isEqualTo(new PoolStats(0, 0, 1, 1));
    EmbeddedChannel channel = connect();
    assertThat(first.join().channel()).isSameAs(channel);
    assertThat(pool.stats()).isEqualTo(new PoolStats(1, 0, 0, 0));

    first.join().close();
    first.join().close();
    assertThat(pool.stats()).isEqualTo(new PoolStats(0, 1, 0, 0));
    assertThat(pool.acquireAsync().join().channel()).isSameAs(channel);
    assertThat(tries).isEmpty();
  }

  @Test
  void thereAreNeverMoreThanTheMaximumAndWhoCameFirstIsServedFirst() {
    ConnectionPool pool = builder().build();
    List<CompletableFuture<Lease>> users = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      users.add(pool.acquireAsync());
    }
    assertThat(tries).hasSize(2);
    connect();
    connect();
    for (int i = 0; i < 3; i++) {
      assertThat(users.stream().filter(CompletableFuture::isDone)).hasSize(i + 2);
      assertThat(users.get(i + 1)).as("user %d", i + 1).isCompleted();
      users.get(i).join().close();
    }
    assertThat(users.get(4)).isCompleted();
    assertThat(tries).isEmpty();
  }

  @Test
  void aBrokenConnectionIsNotLeasedAgainAndAnotherIsMade() {
    ConnectionPool pool = builder().maxSize(1).build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    EmbeddedChannel broken = connect();
    CompletableFuture<Lease> second = pool.acquireAsync();
    broken.close();
    assertThat(tries).as("its user has it still").isEmpty();
    first.join().close();

    EmbeddedChannel fresh = connect();
    assertThat(second.join().channel()).isSameAs(fresh);
  }

  @Test
  void aConnectionThatEndsWhileIdleIsForgottenAtOnce() {
    ConnectionPool pool = builder().build();
    CompletableFuture<Lease> lease = pool.acquireAsync();
    EmbeddedChannel channel = connect();
    lease.join().close();
    channel.close();
    assertThat(pool.stats().size()).isZero();
  }

  @Test
  void whatIsDiscardedIsClosed() {
    ConnectionPool pool = builder().build();
    CompletableFuture<Lease> lease = pool.acquireAsync();
    EmbeddedChannel channel = connect();
    lease.join().discard();
    lease.join().close();
    assertThat(channel.isOpen()).isFalse();
    assertThat(pool.stats().size()).isZero();
  }

  @Test
  void whatTheHealthCheckRefusesIsClosedAndReplacedForTheOneWhoWaits() {
    ConnectionPool pool = builder().maxSize(1).build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    EmbeddedChannel sick = connect();
    CompletableFuture<Lease> second = pool.acquireAsync();
    unfit.add(sick);
    first.join().close();

    assertThat(sick.isOpen()).isFalse();
    assertThat(second).isNotDone();
    EmbeddedChannel fresh = connect();
    assertThat(second.join().channel()).isSameAs(fresh);
  }

  @Test
  void aHealthCheckThatThrowsCostsTheConnectionAndNothingElse() {
    boolean[] failing = {false};
    ConnectionPool pool = builder()
        .maxSize(1)
        .healthCheck(channel -> {
          if (failing[0]) {
            throw new IllegalStateException("the check's own");
          }
          return true;
        })
        .build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    EmbeddedChannel channel = connect();
    first.join().close();
    failing[0] = true;
    try (CapturedLog log = CapturedLog.of(ConnectionPool.class.getName(), Level.WARN)) {
      CompletableFuture<Lease> second = pool.acquireAsync();
      assertThat(channel.isOpen()).isFalse();
      failing[0] = false;
      EmbeddedChannel fresh = connect();
      assertThat(second.join().channel()).isSameAs(fresh);
      assertThat(log.lines()).hasSize(1);
    }
    assertThat(pool.stats()).isEqualTo(new PoolStats(1, 0, 0, 0));
  }

  @Test
  void whatNobodyNeedsForAWhileIsClosedTheOldestFirst() {
    ConnectionPool pool = builder().build();
    CompletableFuture<Lease> one = pool.acquireAsync();
    CompletableFuture<Lease> two = pool.acquireAsync();
    EmbeddedChannel first = connect();
    EmbeddedChannel second = connect();
    one.join().close();
    pass(30);
    two.join().close();
    pass(30);
    assertThat(first.isOpen()).isFalse();
    assertThat(second.isOpen()).isTrue();
    pool.acquireAsync().join().close();
    pass(59);
    assertThat(second.isOpen()).isTrue();
    pass(1);
    assertThat(second.isOpen()).isFalse();
    assertThat(pool.stats().size()).isZero();
  }

  @Test
  void nobodyWaitsLongerThanTheTimeoutAndTheConnectionThatComesLaterIsKept() {
    ConnectionPool pool = builder().build();
    CompletableFuture<Lease> user = pool.acquireAsync();
    pass(5);
    assertThat(failure(user))
        .isInstanceOf(NoConnectionFreeException.class)
        .hasMessage("no connection to a.example:80 came free within 5000 ms; the pool has 2");
    connect();
    assertThat(pool.stats()).isEqualTo(new PoolStats(0, 1, 0, 0));
  }

  @Test
  void aWaiterThatGivesUpInTheMomentOfTheHandingOverLosesNoConnection() {
    List<CompletableFuture<Lease>> users = new ArrayList<>();
    ConnectionPool pool = builder()
        .maxSize(1)
        .healthCheck(channel -> {
          // the last thing before the handing over: the second user is out of the line by now
          if (users.size() == 3) {
            users.get(1).cancel(false);
          }
          return true;
        })
        .build();
    users.add(pool.acquireAsync());
    EmbeddedChannel channel = connect();
    users.add(pool.acquireAsync());
    users.add(pool.acquireAsync());
    users.get(0).join().close();

    assertThat(users.get(1)).isCancelled();
    assertThat(users.get(2).join().channel()).isSameAs(channel);
    users.get(2).join().close();
    assertThat(pool.stats()).isEqualTo(new PoolStats(0, 1, 0, 0));
  }

  @Test
  void tooManyWaitersAreRefusedAtOnce() {
    ConnectionPool pool = builder().maxSize(1).maxWaiting(1).build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    CompletableFuture<Lease> second = pool.acquireAsync();
    assertThat(failure(pool.acquireAsync()))
        .isInstanceOf(NoConnectionFreeException.class)
        .hasMessage("all 1 connections to a.example:80 are leased, and 1 wait for one already");
    connect();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
  }

  @Test
  void aFailureToConnectIsToldToTheOneItWasForAndTheNextIsTriedFor() {
    ConnectionPool pool = builder().maxSize(1).build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    CompletableFuture<Lease> second = pool.acquireAsync();
    tries.remove().completeExceptionally(new IOException("refused"));
    assertThat(failure(first)).isInstanceOf(IOException.class);
    assertThat(second).isNotDone();
    connect();
    assertThat(second).isCompleted();
  }

  @Test
  void aConnectionOnItsWayServesTheNextWhenItsUserWasServedOtherwise() {
    ConnectionPool pool = builder().build();
    CompletableFuture<Lease> one = pool.acquireAsync();
    connect();
    CompletableFuture<Lease> two = pool.acquireAsync();
    CompletableFuture<Lease> three = pool.acquireAsync();
    one.join().close();
    assertThat(two).isCompleted();
    assertThat(three).isNotDone();
    connect();
    assertThat(three).isCompleted();
  }

  @Test
  void aThousandUsersThatEachServeTheNextOverflowNoStack() {
    ConnectionPool pool = builder().maxSize(1).maxWaiting(20_000).build();
    CompletableFuture<Lease> first = pool.acquireAsync();
    connect();
    int[] served = {0};
    for (int i = 0; i < 20_000; i++) {
      pool.acquireAsync().thenAccept(lease -> {
        served[0]++;
        lease.close();
      });
    }
    first.join().close();
    assertThat(served[0]).isEqualTo(20_000);
  }

  @Test
  void closingRefusesAndWaitsForWhatIsLeased() {
    ConnectionPool pool = builder().closeTimeout(Duration.ofSeconds(3)).build();
    CompletableFuture<Lease> used = pool.acquireAsync();
    CompletableFuture<Lease> idle = pool.acquireAsync();
    EmbeddedChannel usedChannel = connect();
    EmbeddedChannel idleChannel = connect();
    idle.join().close();
    CompletableFuture<Lease> third = pool.acquireAsync();
    CompletableFuture<Lease> waiting = pool.acquireAsync();
    third.join().close();
    assertThat(waiting).isCompleted();
    waiting.join().close();

    CompletableFuture<Void> closed = pool.closeAsync();
    assertThat(idleChannel.isOpen()).isFalse();
    assertThat(usedChannel.isOpen()).isTrue();
    assertThat(closed).isNotDone();
    assertThat(failure(pool.acquireAsync()))
        .isInstanceOf(ClientClosedException.class)
        .hasMessage("the pool of a.example:80 has been closed");
    used.join().close();
    assertThat(usedChannel.isOpen()).isFalse();
    assertThat(closed).isCompleted();
  }

  @Test
  void closingForcesWhatIsNotGivenBackInTime() {
    ConnectionPool pool =
        builder().maxSize(1).closeTimeout(Duration.ofSeconds(3)).build();
    pool.acquireAsync();
    EmbeddedChannel kept = connect();
    CompletableFuture<Lease> waiting = pool.acquireAsync();
    CompletableFuture<Void> closed = pool.closeAsync();
    assertThat(failure(waiting)).isInstanceOf(ClientClosedException.class);
    pass(3);
    assertThat(kept.isOpen()).isFalse();
    assertThat(closed).isCompleted();
  }

  @Test
  void aConnectionThatIsMadeAfterTheCloseIsClosed() {
    ConnectionPool pool = builder().build();
    pool.acquireAsync();
    CompletableFuture<Void> closed = pool.closeAsync();
    assertThat(closed).isNotDone();
    assertThat(connect().isOpen()).isFalse();
    assertThat(closed).isCompleted();
  }

  @Test
  void waitingOnAnEventLoopIsRefused() {
    ConnectionPool pool = builder().build();
    onEventLoop = true;
    assertThatThrownBy(pool::acquire).isInstanceOf(IllegalStateException.class);
    pool.close();
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> builder().maxSize(0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxSize: must be 1 or more, not 0");
    assertThatThrownBy(() -> builder().maxWaiting(-1)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> builder().acquireTimeout(Duration.ZERO))
        .hasMessage("acquireTimeout: must be 1 ms to 24 days, not PT0S");
  }
}
