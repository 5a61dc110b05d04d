package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.pipewright.CapturedLog;
import io.pipewright.RunningServer;
import io.pipewright.address.Cidr;
import io.pipewright.admission.Admission;
import io.pipewright.admission.Refusal;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import io.pipewright.transport.Workload;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

@Timeout(60)
class TcpAdmissionTest {

  private static final Pipeline ECHO = Pipeline.builder()
      .framing(Framing.none())
      .handler("echo", EchoHandler::new)
      .build();

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static boolean served(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      return socket.getInputStream().read() == 'x';
    } catch (IOException reset) {
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whoComesWhenItIsFullIsResetAndGetsNoPipeline(Transport transport) throws Exception {
    Admission admission = Admission.builder().maxConnections(2).build();
    AtomicInteger pipelines = new AtomicInteger();
    Pipeline counted = ECHO.before("echo", "count", () -> {
      pipelines.incrementAndGet();
      return new EchoHandler();
    });
    pipelines.set(0);
    try (RunningServer server = TcpServer.builder()
            .transport(transport)
            .admission(admission)
            .pipeline(counted)
            .start();
        Socket first = connect(server.port());
        Socket second = connect(server.port());
        Socket third = connect(server.port())) {
      assertThat(served(first)).isTrue();
      assertThat(served(second)).isTrue();
      assertThat(served(third)).isFalse();
      assertThat(pipelines).hasValue(2);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(admission.refused()).containsEntry(Refusal.TOO_MANY, 1L);

      first.shutdownOutput(); // and so the server closes
      await().until(() -> admission.open() == 1);
      try (Socket fourth = connect(server.port())) {
        assertThat(served(fourth)).isTrue();
      }
      assertThat(served(second)).as("who is here stays").isTrue();
    }
    await().until(() -> admission.open() == 0);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aThousandRefusalsLeaveNoDescriptorAndNoComplaintOfNettys(Transport transport)
      throws Exception {
    Admission admission = Admission.builder().deny(Cidr.parse("127.0.0.1")).build();
    try (CapturedLog netty = CapturedLog.of("io.netty", Level.WARN);
        CapturedLog ours = CapturedLog.of("io.pipewright", Level.INFO);
        RunningServer server = TcpServer.builder()
            .transport(transport)
            .admission(admission)
            .pipeline(ECHO)
            .start()) {
      try (Socket socket = connect(server.port())) {
        assertThat(served(socket)).isFalse();
      }
      int before = descriptors();
      for (int i = 0; i < 1_000; i++) {
        connectAndClose(server.port());
      }
      await().until(() -> admission.refused().get(Refusal.DENIED) == 1_001);

      await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 3));
      assertThat(admission.open()).isZero();
      assertThat(netty.lines()).isEmpty();
      assertThat(ours.lines()).hasSizeBetween(1, 30).allMatch(line -> line.startsWith("refused "));
    }
  }

  /** The reset may come before the connecting thread has looked at its own connection. */
  private static void connectAndClose(int port) {
    try (Socket socket = connect(port)) {
      assertThat(socket.isBound()).isTrue();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void theCountOfAnAddressComesBackHoweverAConnectionEnds(Transport transport) throws Exception {
    Admission admission = Admission.builder().maxPerAddress(3).build();
    try (RunningServer server = TcpServer.builder()
        .transport(transport)
        .admission(admission)
        .pipeline(ECHO)
        .start()) {
      for (int round = 0; round < 5; round++) {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          sockets.add(connect(server.port()));
        }
        assertThat(sockets.stream().filter(TcpAdmissionTest::served)).hasSize(3);
        for (int i = 0; i < 4; i++) {
          sockets.get(i).setSoLinger(i % 2 == 0, 0);
          sockets.get(i).close();
        }
        await().until(() -> admission.open() == 0);
      }
      assertThat(admission.refused()).containsEntry(Refusal.TOO_MANY_FROM_ADDRESS, 5L);
      assertThat(admission.openFrom(new InetSocketAddress("127.0.0.1", 1).getAddress()))
          .isZero();
    }
  }

  @Test
  void serversThatShareAnAdmissionShareItsLimitsAndHearOfItsChanges() throws Exception {
    Admission admission = Admission.builder().maxConnections(1).build();
    TcpServerBuilder builder = TcpServer.builder().loops(1).admission(admission).pipeline(ECHO);
    try (RunningServer one = builder.start();
        RunningServer other = builder.start();
        Socket first = connect(one.port())) {
      assertThat(served(first)).isTrue();
      try (Socket second = connect(other.port())) {
        assertThat(served(second)).isFalse();
      }
      admission.change(policy -> policy.maxConnections(2));
      try (Socket second = connect(other.port())) {
        assertThat(served(second)).isTrue();
      }
    }
  }

  @Test
  void itStandsInAPlainBootstrap() throws Exception {
    Admission admission = Admission.builder().maxConnections(1).build();
    try (EventLoops loops = EventLoops.create(Transport.NIO, Workload.TCP, 1)) {
      Channel listener = new ServerBootstrap()
          .group(loops.group())
          .channel(loops.serverSocketChannel())
          .handler(admission.newHandler())
          .childHandler(ECHO.initializer())
          .bind("127.0.0.1", 0)
          .sync()
          .channel();
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      try (Socket first = connect(port);
          Socket second = connect(port)) {
        assertThat(served(first)).isTrue();
        assertThat(served(second)).isFalse();
      } finally {
        listener.close().sync();
      }
    }
  }
}
