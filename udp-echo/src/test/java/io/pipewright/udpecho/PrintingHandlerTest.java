package io.pipewright.udpecho;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.DrainEvent;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PrintingHandlerTest {

  private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 7788);

  private final StringWriter out = new StringWriter();

  @Test
  void eachDatagramIsOneLineWithItsSenderWhateverItHolds() {
    Charset gbk = Charset.forName("GBK");
    try (LinePrinter printer = new LinePrinter(out::write)) {
      EmbeddedChannel channel = new EmbeddedChannel(new PrintingHandler(printer, gbk));
      receive(channel, "编程，你好".getBytes(gbk), new InetSocketAddress("127.0.0.1", 5000));
      receive(channel, "a\r\nb\u001b[2J\\".getBytes(gbk), new InetSocketAddress("::1", 5001));
      receive(channel, new byte[] {'x', (byte) 0xff}, new InetSocketAddress("127.0.0.1", 5002));
      receive(channel, new byte[0], new InetSocketAddress("127.0.0.1", 5003));
    }
    assertThat(out.toString().lines())
        .containsExactly(
            "127.0.0.1:5000 编程，你好",
            "[::1]:5001 a\\r\\nb\\x1b[2J\\\\",
            "127.0.0.1:5002 x\ufffd",
            "127.0.0.1:5003 ");
  }

  @Test
  void aDatagramPassesOnAsItCame() {
    try (LinePrinter printer = new LinePrinter(out::write)) {
      EmbeddedChannel channel = new EmbeddedChannel(new PrintingHandler(printer, UTF_8));
      channel.writeInbound(
          new DatagramPacket(Unpooled.copiedBuffer("as it came", UTF_8), HERE, HERE));
      DatagramPacket passed = channel.readInbound();
      assertThat(passed.content().toString(UTF_8)).isEqualTo("as it came");
      passed.release();
    }
  }

  @Test
  void theSocketIsNotReadWhileThePrinterIsBehind() {
    CountDownLatch unblocked = new CountDownLatch(1);
    try (LinePrinter printer =
        new LinePrinter(text -> await().until(() -> unblocked.getCount() == 0))) {
      EmbeddedChannel channel = new EmbeddedChannel(new PrintingHandler(printer, UTF_8));
      while (channel.config().isAutoRead()) {
        receive(channel, new byte[] {'x'}, HERE);
      }
      unblocked.countDown();
      await().untilAsserted(() -> {
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
      });
    }
  }

  @Test
  void aDrainingServerDoesNotBeginToReadAgain() {
    CountDownLatch unblocked = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (LinePrinter printer =
        new LinePrinter(text -> await().until(() -> unblocked.getCount() == 0))) {
      EmbeddedChannel channel = new EmbeddedChannel(new PrintingHandler(printer, UTF_8));
      while (channel.config().isAutoRead()) {
        receive(channel, new byte[] {'x'}, HERE);
      }
      channel.pipeline().fireUserEventTriggered(new DrainEvent(Duration.ofSeconds(1)));
      printer.afterwards(done::countDown);
      unblocked.countDown();
      await().until(() -> done.getCount() == 0);
      channel.runPendingTasks();
      assertThat(channel.config().isAutoRead()).isFalse();
    }
  }

  private static void receive(EmbeddedChannel channel, byte[] bytes, InetSocketAddress sender) {
    channel.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(bytes), HERE, sender));
    DatagramPacket passed = channel.readInbound();
    passed.release();
  }
}
