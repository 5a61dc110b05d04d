package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FileWorkersTest {

  private final FileWorkers workers = new FileWorkers(1, 2);
  private final CountDownLatch diskAnswers = new CountDownLatch(1);
  private final AtomicInteger done = new AtomicInteger();

  @AfterEach
  void close() {
    diskAnswers.countDown();
    workers.close();
  }

  private void stall() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    workers.execute(() -> {
      begun.countDown();
      awaitDisk();
    });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private void awaitDisk() {
    try {
      diskAnswers.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void refuseNewWorkWhenTooMuchWaits() throws InterruptedException {
    stall();
    assertThat(workers.tryExecute(done::incrementAndGet)).isTrue();
    assertThat(workers.tryExecute(done::incrementAndGet)).isTrue();
    assertThat(workers.tryExecute(done::incrementAndGet)).isFalse();
    diskAnswers.countDown();
    await().until(() -> done.get() == 2);
    assertThat(workers.tryExecute(done::incrementAndGet)).isTrue();
    await().until(() -> done.get() == 3);
  }

  @Test
  void takeWhatGoesWithAdmittedWorkAllTheSame() throws InterruptedException {
    stall();
    for (int i = 0; i < 10; i++) {
      workers.execute(done::incrementAndGet);
    }
    diskAnswers.countDown();
    await().until(() -> done.get() == 10);
  }

  @Test
  void leaveWorkToTheCallerWhenTheyHaveEnded() {
    workers.close();
    assertThat(workers.tryExecute(done::incrementAndGet)).isFalse();
    workers.execute(done::incrementAndGet);
    assertThat(done).hasValue(1);
  }
}
