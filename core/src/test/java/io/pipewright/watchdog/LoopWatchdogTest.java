package io.pipewright.watchdog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.CapturedLog;
import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.TcpServer;
import io.pipewright.transport.Transport;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

@Timeout(60)
class LoopWatchdogTest {

  private static final Duration LIMIT = Duration.ofMillis(100);

  private final Queue<BlockedLoop> reports = new ConcurrentLinkedQueue<>();
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final LoopWatchdog watchdog =
      LoopWatchdog.builder().limit(LIMIT).report(reports::add).build();

  /** Does what no handler may. */
  private final class Culprit extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
      ReferenceCountUtil.release(message);
      letGo.await();
    }
  }

  private RunningServer start(Transport transport) {
    Pipeline pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("culprit", Culprit::new)
        .build();
    return TcpServer.builder()
        .transport(transport)
        .loops(1)
        .watchdog(watchdog)
        .pipeline(pipeline)
        .start();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theHandlerTheConnectionAndTheTimeAreNamedAndItsEndIsToldToo(Transport transport)
      throws Exception {
    try (CapturedLog log = CapturedLog.of(LoopWatchdog.class.getName(), Level.WARN);
        RunningServer server = start(transport);
        Socket client = new Socket("127.0.0.1", server.port())) {
      client.getOutputStream().write(1);
      await().until(() -> reports.size() == 1);
      BlockedLoop blocked = reports.peek();
      assertThat(blocked.over()).isFalse();
      assertThat(blocked.blocker()).isEqualTo(Culprit.class.getName());
      assertThat(blocked.peer()).contains(client.getLocalSocketAddress());
      assertThat(blocked.thread()).contains("pipewright-" + transport);
      assertThat(blocked.blockedFor()).isGreaterThanOrEqualTo(LIMIT);
      assertThat(blocked.stack()).isNotEmpty();

      letGo.countDown();
      await().until(() -> reports.size() == 2);
      reports.remove();
      assertThat(reports.remove().over()).isTrue();
      assertThat(log.lines()).anyMatch(line -> line.contains("is held up by"));
      assertThat(log.lines()).anyMatch(line -> line.contains("is free again"));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aLoopThatSleepsIsNoAlarm(Transport transport) throws Exception {
    letGo.countDown();
    try (RunningServer server = start(transport);
        Socket client = new Socket("127.0.0.1", server.port())) {
      client.getOutputStream().write(1);
      await().during(LIMIT.multipliedBy(6)).until(reports::isEmpty);
    }
  }

  @Test
  void withoutConnectionsThereIsNoThread() throws Exception {
    letGo.countDown();
    try (RunningServer server = start(Transport.AUTO)) {
      try (Socket client = new Socket("127.0.0.1", server.port())) {
        await().until(() -> threads() > 0 && server.connections() == 1);
        assertThat(client.isConnected()).isTrue();
      }
      await().until(() -> threads() == 0);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("loop-watchdog"))
        .count();
  }

  @Test
  void blameFallsOnTheInnermostHandlerThatIsNotNettys() {
    StackTraceElement[] stack = {
      frame("java.lang.Thread"),
      frame("com.example.Database"),
      frame(Culprit.class.getName()),
      frame("io.netty.channel.AbstractChannelHandlerContext")
    };
    assertThat(Blocker.of(stack)).isEqualTo(Culprit.class.getName());
    assertThat(Blocker.of(new StackTraceElement[] {stack[0], stack[1], stack[3]}))
        .isEqualTo("com.example.Database");
    assertThat(Blocker.of(new StackTraceElement[] {stack[0], stack[3]}))
        .isEqualTo("java.lang.Thread");
  }

  private static StackTraceElement frame(String className) {
    return new StackTraceElement(className, "method", "File.java", 1);
  }

  @Test
  void aLimitThatCannotWorkIsRefused() {
    assertThatThrownBy(() -> LoopWatchdog.builder().limit(Duration.ofMillis(1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("limit: must be 10 ms to an hour, not PT0.001S");
  }
}
