package io.pipewright.filetransfer.link;

import static io.pipewright.filetransfer.link.Frames.END;
import static io.pipewright.filetransfer.link.Frames.WELCOME;
import static io.pipewright.filetransfer.link.Frames.data;
import static io.pipewright.filetransfer.link.Frames.error;
import static io.pipewright.filetransfer.link.Frames.field;
import static io.pipewright.filetransfer.link.Frames.file;
import static io.pipewright.filetransfer.link.Frames.frame;
import static io.pipewright.filetransfer.link.Frames.header;
import static io.pipewright.filetransfer.link.Frames.u32;
import static io.pipewright.filetransfer.link.Frames.welcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.pipewright.ConnectFailedException;
import io.pipewright.filetransfer.protocol.Answer.Data;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpClient;
import io.pipewright.testkit.NoLeaks;
import io.pipewright.testkit.RawListener;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real socket at each end; the server's side is bytes made by hand. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class NativeConnectionTest {

  private static final int MIB = 1 << 20;
  private static final FileName NAME = (FileName) FileName.parse("n");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final byte[] HELLO = hello(new byte[0]);

  private RawListener listener;

  @BeforeEach
  void listen() throws IOException {
    listener = RawListener.open();
  }

  @AfterEach
  void stopListening() throws IOException {
    listener.close();
  }

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable());
  }

  private static byte[] hello(byte[] secret) {
    return frame(
        0x01,
        field(1, "PIPEWRIGHT-FILES".getBytes(UTF_8)),
        field(2, u32(1)),
        field(3, NativeConnection.AGENT.getBytes(UTF_8)),
        secret.length == 0 ? secret : field(4, secret));
  }

  private TcpClient client(Transport transport) {
    return TcpClient.builder()
        .port(listener.port())
        .transport(transport)
        .pipeline(NativeConnection.pipeline(false))
        .build();
  }

  private static CompletableFuture<NativeConnection> open(TcpClient tcp, Duration timeout) {
    return NativeConnection.open(tcp, Optional.empty(), timeout);
  }

  /** The server's end of a connection that has been greeted. */
  private RawPeer greeted() throws IOException {
    return listener.accept().expect(HELLO).send(WELCOME);
  }

  private static Throwable causeOf(CompletableFuture<?> future) {
    try {
      throw new AssertionError("it did not fail but gave " + future.join());
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  private static Request.Get whole() {
    return new Request.Get(NAME, Optional.empty(), 0, OptionalLong.empty());
  }

  @ParameterizedTest
  @MethodSource("transports")
  void greetsAsksAndIsAnswered(Transport transport) throws IOException {
    byte[] content = new byte[3 * MIB + 5];
    new Random(1).nextBytes(content);
    try (TcpClient tcp = client(transport)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = greeted();
          NativeConnection connection = opening.join()) {
        Collector collector = new Collector();
        CompletableFuture<FileFacts> stat = connection.stat(NAME);
        CompletableFuture<GetEnd> got = connection.get(whole(), collector);
        server.expect(frame(0x03, field(1, new byte[] {'n'})));
        server.receive(4 + 1 + 4); // GET: the name, perhaps more that stands for its default
        server.send(file(9)).send(file(content.length));
        for (int at = 0; at < content.length; at += MIB) {
          server.send(
              data(at, Arrays.copyOfRange(content, at, Math.min(at + MIB, content.length))));
        }
        server.send(END);

        assertThat(stat.join().size()).isEqualTo(9);
        assertThat(got.join().isComplete()).isTrue();
        assertThat(collector.bytes()).isEqualTo(content);
        assertThat(connection.receivedBytes()).isEqualTo(content.length);
      }
    }
  }

  @Test
  void showsItsSecret() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening =
          NativeConnection.open(tcp, Optional.of(Secret.of("sesame")), TIMEOUT);
      try (RawPeer server = listener.accept()) {
        server.expect(hello("sesame".getBytes(UTF_8))).send(error(8, "no"));

        assertThat(causeOf(opening))
            .isInstanceOfSatisfying(
                RemoteFailure.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAUTHORIZED));
        server.expectEnd();
      }
    }
  }

  @Test
  void whereNothingListensItSaysSo() throws IOException {
    listener.close();
    try (TcpClient tcp = client(Transport.NIO)) {
      assertThat(causeOf(open(tcp, TIMEOUT))).isInstanceOf(ConnectFailedException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aServerThatHangsUpWithoutAByteSpeaksPerhapsThePlainDialect(Transport transport)
      throws IOException {
    try (TcpClient tcp = client(transport)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      listener.accept().expect(HELLO).close();

      assertThat(causeOf(opening))
          .isInstanceOf(NotNativeException.class)
          .hasMessageContaining("--plain");
    }
  }

  @Test
  void aServerThatSaysSomethingElseDoesNotSpeakIt() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = listener.accept()) {
        server.send("SSH-2.0-OpenSSH_9.6\r\n");

        assertThat(causeOf(opening)).isInstanceOf(NotNativeException.class);
      }
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening = open(tcp, Duration.ofMillis(200));
      try (RawPeer server = listener.accept().expect(HELLO)) {
        assertThat(causeOf(opening))
            .isInstanceOf(ServerSilentException.class)
            .hasMessageContaining("200 ms")
            .hasMessageContaining("--plain");
        server.expectEnd();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aResetIsABrokenConnection(Transport transport) throws IOException {
    try (TcpClient tcp = client(transport)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      RawPeer server = greeted();
      try (NativeConnection connection = opening.join()) {
        CompletableFuture<GetEnd> got = connection.get(whole(), new Collector());
        server.receive(4);
        server.reset();

        assertThat(causeOf(got)).isInstanceOf(LinkBrokenException.class);
        connection.closed().join();
        assertThat(causeOf(connection.stat(NAME))).isInstanceOf(LinkBrokenException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void anIdleConnectionThatTheServerEndsIsClosed(Transport transport) throws IOException {
    try (TcpClient tcp = client(transport)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      RawPeer server = greeted();
      NativeConnection connection = opening.join();
      server.close();

      connection.closed().join();
      assertThat(connection.isOpen()).isFalse();
    }
  }

  @Test
  void whatIsUnansweredFailsWhenItIsClosed() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = greeted()) {
        NativeConnection connection = opening.join();
        CompletableFuture<FileFacts> stat = connection.stat(NAME);
        connection.close();
        connection.close();

        assertThat(causeOf(stat)).hasMessageContaining("this client has closed it");
        server.receiveAll();
      }
    }
  }

  @Test
  void aWelcomeInAVersionThatWasNotOfferedIsRefused() throws IOException {
    for (byte[] welcome : List.of(welcome(2, MIB), welcome(0, MIB), welcome(1, 4096))) {
      try (TcpClient tcp = client(Transport.NIO)) {
        CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
        try (RawPeer server = listener.accept().expect(HELLO).send(welcome)) {
          assertThat(causeOf(opening)).isInstanceOf(BadAnswerException.class);
          server.expectEnd();
        }
      }
    }
  }

  @Test
  void givingUpWhileItOpensClosesTheConnection() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = listener.accept().expect(HELLO)) {
        opening.cancel(false);
        server.expectEnd();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void whilePausedTheServerHasToWait(Transport transport) throws IOException {
    try (TcpClient tcp = client(transport)) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = greeted();
          NativeConnection connection = opening.join()) {
        PausingReceiver receiver = new PausingReceiver(connection);
        CompletableFuture<GetEnd> got = connection.get(whole(), receiver);
        server.receive(4 + 1 + 4);
        Thread sender = new Thread(() -> {
          server.send(file(64L * MIB));
          for (int i = 0; i < 64; i++) {
            server.send(data((long) i * MIB, new byte[MIB]));
          }
          server.send(END);
        });
        sender.start();
        for (int pauses = 1; pauses <= 3; pauses++) {
          int expected = pauses;
          await().until(() -> receiver.pauses.get() == expected);
          long came = receiver.bytes.get();
          await().during(Duration.ofMillis(60)).until(() -> receiver.bytes.get() == came);
          assertThat(came).isLessThanOrEqualTo(5L * pauses * MIB);
          receiver.limit = pauses < 3 ? came + 3 * MIB : Long.MAX_VALUE;
          connection.resume();
        }

        assertThat(got.join().isComplete()).isTrue();
        assertThat(receiver.bytes).hasValue(64L * MIB);
      }
    }
  }

  /** Pauses whenever it has enough. */
  private static final class PausingReceiver implements GetReceiver {

    private final NativeConnection connection;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();
    private volatile long limit = 3L * MIB;

    PausingReceiver(NativeConnection connection) {
      this.connection = connection;
    }

    @Override
    public void facts(FileFacts facts) {}

    @Override
    public void block(Data header) {}

    @Override
    public void bytes(ByteBuf piece) {
      long before = bytes.getAndAdd(piece.readableBytes());
      piece.release();
      if (before < limit && bytes.get() >= limit) {
        connection.pause();
        pauses.incrementAndGet();
      }
    }

    @Override
    public void blockEnded() {}
  }

  @Test
  void aThousandRequestsAndAServerThatReadsNoneBeforeItsAnswersAreReadDoNotWaitForEachOther()
      throws Exception {
    try (TcpClient tcp = TcpClient.builder()
        .port(listener.port())
        .sendBufferBytes(4_096)
        .writeBufferWaterMark(64, 128)
        .pipeline(NativeConnection.pipeline(false))
        .build()) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = greeted();
          NativeConnection connection = opening.join()) {
        List<CompletableFuture<FileFacts>> stats = new ArrayList<>();
        FileName name = (FileName) FileName.parse("n".repeat(1_000));
        for (int i = 0; i < 1_000; i++) {
          stats.add(connection.stat(name));
        }
        await().until(() -> connection.unanswered() == 1_000);
        byte[] request = frame(0x03, field(1, "n".repeat(1_000).getBytes(UTF_8)));
        for (int i = 0; i < 1_000; i++) {
          server.send(file(i));
          if (i >= 500) {
            stats.get(i - 500).join(); // read although our own requests are stuck
            server.receive(2 * request.length);
          }
        }
        for (int i = 0; i < 1_000; i++) {
          assertThat(stats.get(i).join().size()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void keepsToALimitOfTheRate() throws IOException {
    try (TcpClient tcp = TcpClient.builder()
        .port(listener.port())
        .shaping(Shaping.builder().readBytesPerSecond(4 * MIB).build())
        .pipeline(NativeConnection.pipeline(false))
        .build()) {
      CompletableFuture<NativeConnection> opening = open(tcp, TIMEOUT);
      try (RawPeer server = greeted();
          NativeConnection connection = opening.join()) {
        long begin = System.nanoTime();
        CompletableFuture<GetEnd> got = connection.get(whole(), new Collector());
        server.receive(4 + 1 + 4);
        server.send(file(3 * MIB));
        for (int i = 0; i < 3; i++) {
          server.send(data((long) i * MIB, new byte[MIB]));
        }
        server.send(END);

        assertThat(got.join().isComplete()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .isGreaterThan(Duration.ofMillis(400));
      }
    }
  }

  @Test
  void aHeaderWithoutItsBytesIsNotWaitedForForEver() throws IOException {
    try (TcpClient tcp = client(Transport.NIO)) {
      CompletableFuture<NativeConnection> opening = open(tcp, Duration.ofMillis(300));
      try (RawPeer server = greeted();
          NativeConnection connection = opening.join()) {
        CompletableFuture<GetEnd> got = connection.get(whole(), new Collector());
        server.receive(4 + 1 + 4);
        server.send(file(100)).send(header(0, 100, 0)).send(new byte[99]);

        assertThat(causeOf(got)).isInstanceOf(ServerSilentException.class);
      }
    }
  }
}
