package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten thousand peers that finish sending and are then gone by a reset leave nothing behind. */
@Timeout(180)
class AbruptEndsIT {

  private static final int CONNECTIONS = 10_000;
  private static final int THREADS = 8;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final String LONG_LINES = ("x".repeat(50_000) + "\n").repeat(2);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final Pipeline ECHO = Pipeline.builder()
      .framing(Framing.lines().maxLength(60_000).keepTerminator())
      .handler("echo", EchoHandler::new)
      .build();

  /** Four ways to be gone after one's own half-close. */
  private static void vanish(int port, int way) throws IOException {
    RawPeer peer = RawPeer.connect(port);
    try {
      switch (way % 4) {
        case 0 -> peer.finishSending(); // without a word
        case 1 -> peer.send("asked\nhalf").finishSending(); // an answer is on its way
        case 2 -> peer.send("asked\n").finishSending().expect("asked\n"); // all is said
        default -> peer.send(LONG_LINES).finishSending(); // answers wait in the server
      }
    } finally {
      peer.reset();
    }
  }

  private static void vanish(int port, int times, ExecutorService threads) throws Exception {
    List<Future<?>> working = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      working.add(threads.submit(() -> {
        for (int i = 0; i < times / THREADS; i++) {
          vanish(port, i);
        }
        return null;
      }));
    }
    for (Future<?> work : working) {
      work.get(120, TimeUnit.SECONDS);
    }
  }

  private static long descriptors() throws IOException {
    try (var names = Files.list(DESCRIPTORS)) {
      return names.count();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void afterTenThousandHalfClosesAndResetsNoDescriptorIsOpenAndNoLoopSpins(Transport transport)
      throws Exception {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "descriptors are counted in " + DESCRIPTORS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (RunningServer server =
        TcpServer.builder().transport(transport).loops(2).pipeline(ECHO).start()) {
      vanish(server.port(), 100, threads); // what is opened once for good, is open after this
      await().until(() -> server.connections() == 0);
      long before = descriptors();

      vanish(server.port(), CONNECTIONS, threads);

      await().atMost(Duration.ofSeconds(20)).until(() -> server.connections() == 0);
      await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before));
      // compilers may still be busy with what was hot; a spinning loop never ends
      await()
          .pollDelay(Duration.ofSeconds(1))
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofSeconds(20))
          .until(() -> cpuWithin(Duration.ofSeconds(1)).compareTo(Duration.ofMillis(200)) < 0);
      try (RawPeer peer = RawPeer.connect(server.port())) {
        peer.send("still there?\n").expect("still there?\n");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** How much processor time this process takes in the given time from now. */
  private static Duration cpuWithin(Duration time) throws InterruptedException {
    long before = SYSTEM.getProcessCpuTime();
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
    return Duration.ofNanos(SYSTEM.getProcessCpuTime() - before);
  }
}
