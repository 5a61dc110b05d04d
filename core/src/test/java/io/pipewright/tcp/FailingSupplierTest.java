package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.CapturedLog;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.testkit.RawPeer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

@Timeout(30)
class FailingSupplierTest {

  @Test
  void aSupplierThatFailsForEveryClientIsCountedAndToldAtABoundedRate() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("echo", () -> {
          if (broken.get()) {
            throw new IllegalStateException("the database is gone");
          }
          return new EchoHandler();
        })
        .build();
    try (CapturedLog netty = CapturedLog.of("io.netty", Level.WARN);
        CapturedLog ours = CapturedLog.of("io.pipewright", Level.INFO);
        RunningServer server = TcpServer.builder().pipeline(pipeline).start()) {
      broken.set(true);
      for (int i = 0; i < 200; i++) {
        try (RawPeer peer = RawPeer.connect(server.port())) {
          peer.expectEnd();
        }
      }
      await().until(() -> server.connections() == 0);

      assertThat(server.stats().errors()).containsEntry("handler", 200L);
      assertThat(netty.lines()).isEmpty();
      assertThat(ours.lines())
          .hasSizeBetween(1, 199)
          .allMatch(
              line -> line.contains("a handler failed") && line.contains("the database is gone"));
    }
  }
}
