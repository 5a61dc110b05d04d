package io.pipewright.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.pipewright.CapturedLog;
import io.pipewright.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BoundedLogTest {

  private static final String NAME = "test.bounded";

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final CapturedLog captured = CapturedLog.of(NAME, org.slf4j.event.Level.INFO);
  private final BoundedLog log = new BoundedLog(LoggerFactory.getLogger(NAME), 2, nanos::get);

  @AfterEach
  void close() {
    captured.close();
  }

  @Test
  void linesPassUpToTheBoundInASecond() {
    for (int i = 0; i < 5; i++) {
      log.warn("line {}", i);
    }
    assertThat(captured.lines()).containsExactly("line 0", "line 1");
  }

  @Test
  void theNextLineThatPassesSaysHowManyWereHeldBack() {
    for (int i = 0; i < 5; i++) {
      log.warn("line {}", i);
    }
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
    log.warn("too early");
    nanos.addAndGet(1);
    log.info("line {} of {}", 6, "all");
    log.info("next");
    log.info("held back");
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    log.info("last");
    assertThat(captured.lines())
        .containsExactly(
            "line 0",
            "line 1",
            "line 6 of all (4 lines held back before)",
            "next",
            "last (1 line held back before)");
  }

  @Test
  void levelsAndThrowablesReachTheLogger() {
    Exception failure = new Exception("why");
    log.warn("{} failed", "it", failure);
    log.info("as well");
    List<ILoggingEvent> events = captured.events();
    assertThat(events).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO);
    assertThat(events.get(0).getFormattedMessage()).isEqualTo("it failed");
    assertThat(events.get(0).getThrowableProxy().getMessage()).isEqualTo("why");
  }

  @Test
  void bracesInWhatAStrangerSaidAreNoFormat() {
    log.warn("he said {}", "{}");
    assertThat(captured.lines()).containsExactly("he said {}");
  }

  @Test
  void whatTheLevelTurnsOffCountsForNothing() {
    try (CapturedLog warnOnly = CapturedLog.of(NAME + ".quiet", org.slf4j.event.Level.WARN)) {
      BoundedLog quiet = new BoundedLog(LoggerFactory.getLogger(NAME + ".quiet"), 1, nanos::get);
      quiet.info("unseen");
      quiet.info("unseen");
      quiet.warn("seen");
      assertThat(warnOnly.lines()).containsExactly("seen");
    }
  }

  @Test
  void manyThreadsLoseNoLineFromTheCount() throws Exception {
    CyclicBarrier start = new CyclicBarrier(4);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < start.getParties(); i++) {
      threads.add(new Thread(() -> {
        awaitAll(start);
        for (int k = 0; k < 500_000; k++) {
          log.warn("line");
        }
      }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    log.warn("last");
    assertThat(captured.lines())
        .containsExactly("line", "line", "last (1999998 lines held back before)");
  }

  private static void awaitAll(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theBoundIsOneLineOrMore() {
    assertThatThrownBy(() -> BoundedLog.of(LoggerFactory.getLogger(NAME), 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("linesPerSecond: must be 1 or more, not 0");
    BoundedLog.of(LoggerFactory.getLogger(NAME), 1).warn("by the system's clock");
    assertThat(captured.lines()).containsExactly("by the system's clock");
  }
}
