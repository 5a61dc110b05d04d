package io.pipewright.testkit.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each fault, by what plain sockets see at both ends. */
@Timeout(30)
class FaultsTest {

  private static final Duration A_MOMENT = Duration.ofMillis(100);
  private static final byte[] SENT = new byte[100_000];

  static {
    new Random(5).nextBytes(SENT);
  }

  @FunctionalInterface
  private interface Conversation {
    void over(Socket client, Socket server, ProxiedConnection connection) throws Exception;
  }

  private static void with(Faults faults, Conversation conversation) throws Exception {
    with(faults, 1, conversation);
  }

  private static void with(Faults faults, long seed, Conversation conversation) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.getLocalSocketAddress())
            .faults(faults)
            .seed(seed)
            .start();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        Socket server = listener.accept()) {
      client.setSoTimeout(10_000);
      server.setSoTimeout(10_000);
      conversation.over(client, server, proxy.connection(1));
    }
  }

  private static Faults toServer(Consumer<StreamFaultsBuilder> faults) {
    return Faults.toServer(faults);
  }

  private static void assertSilent(Socket socket) throws Exception {
    int before = socket.getSoTimeout();
    socket.setSoTimeout(100);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(before);
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  /** How much each read brings, up to the end. */
  private static List<Integer> reads(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    List<Integer> reads = new ArrayList<>();
    byte[] buffer = new byte[64 * 1024];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      reads.add(count);
    }
    return reads;
  }

  @Test
  void delayedBytesComeLaterAllTheSameAndTogether() throws Exception {
    with(toServer(stream -> stream.delay(A_MOMENT)), (client, server, connection) -> {
      long before = System.nanoTime();
      client.getOutputStream().write(SENT);
      client.shutdownOutput();

      assertThat(server.getInputStream().readAllBytes()).isEqualTo(SENT);
      Duration took = Duration.ofNanos(System.nanoTime() - before);
      assertThat(took).isBetween(A_MOMENT, Duration.ofSeconds(5)); // not once for each of the reads
      server.getOutputStream().write('x');
      assertThat(client.getInputStream().read()).isEqualTo('x');
      assertThat(connection.applied())
          .containsExactly(new AppliedFault(Fault.DELAY, Direction.TO_SERVER, 0));
    });
  }

  @Test
  void throttledBytesComeAtTheRateAndWhole() throws Exception {
    with(toServer(stream -> stream.throttle(200_000)), (client, server, connection) -> {
      long before = System.nanoTime();
      client.getOutputStream().write(SENT);
      client.shutdownOutput();

      assertThat(server.getInputStream().readAllBytes()).isEqualTo(SENT);
      Duration took = Duration.ofNanos(System.nanoTime() - before);
      assertThat(took).isBetween(Duration.ofMillis(480), Duration.ofSeconds(5));
    });
  }

  @Test
  void splitBytesAreReadInPieces() throws Exception {
    with(
        toServer(stream -> stream.split(3, 5).pauseBetweenPieces(A_MOMENT)),
        (client, server, connection) -> {
          client.getOutputStream().write(Arrays.copyOf(SENT, 16));
          client.shutdownOutput();

          List<Integer> reads = reads(server);
          assertThat(reads).hasSizeGreaterThan(1);
          // a slow reader may get pieces together, and never a part of one
          assertThat(sums(reads)).isSubsetOf(3, 8, 11, 16);
          assertThat(connection.applied())
              .containsExactly(new AppliedFault(Fault.SPLIT, Direction.TO_SERVER, 3));
        });
  }

  private static List<Integer> sums(List<Integer> sizes) {
    return IntStream.rangeClosed(1, sizes.size())
        .mapToObj(i -> sizes.subList(0, i).stream().mapToInt(Integer::intValue).sum())
        .toList();
  }

  @Test
  void nothingIsHeldBackToFillAPiece() throws Exception {
    with(toServer(stream -> stream.split(1_000)), (client, server, connection) -> {
      client.getOutputStream().write("ask".getBytes(US_ASCII));
      assertThat(server.getInputStream().readNBytes(3)).isEqualTo("ask".getBytes(US_ASCII));
    });
  }

  @Test
  void coalescedBytesComeTogether() throws Exception {
    Duration longTime = Duration.ofMinutes(1);
    with(toServer(stream -> stream.coalesce(10, longTime)), (client, server, connection) -> {
      for (int i = 0; i < 9; i++) {
        client.getOutputStream().write(i);
      }
      await().until(() -> connection.receivedBytes(Direction.TO_SERVER) == 9);
      assertSilent(server);
      client.getOutputStream().write(9);
      assertThat(server.getInputStream().read(new byte[100])).isEqualTo(10);

      client.getOutputStream().write(1);
      client.shutdownOutput(); // an end lets go of what is held
      assertThat(server.getInputStream().readAllBytes()).hasSize(1);
    });
  }

  @Test
  void coalescedBytesWaitNoLongerThanTheTime() throws Exception {
    with(toServer(stream -> stream.coalesce(1_000_000, A_MOMENT)), (client, server, connection) -> {
      long before = System.nanoTime();
      client.getOutputStream().write("ask".getBytes(US_ASCII));
      assertThat(server.getInputStream().readNBytes(3)).isEqualTo("ask".getBytes(US_ASCII));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(A_MOMENT);
    });
  }

  @Test
  void oneBitIsFlippedAndNoOther() throws Exception {
    with(toServer(stream -> stream.flipBit(70_000, 3).flipBit(0, 7)), (client, server, c) -> {
      client.getOutputStream().write(SENT);
      client.shutdownOutput();

      byte[] expected = SENT.clone();
      expected[0] ^= (byte) (1 << 7);
      expected[70_000] ^= 1 << 3;
      assertThat(server.getInputStream().readAllBytes()).isEqualTo(expected);
      assertThat(c.applied())
          .containsExactly(
              new AppliedFault(Fault.FLIP_BIT, Direction.TO_SERVER, 0),
              new AppliedFault(Fault.FLIP_BIT, Direction.TO_SERVER, 70_000));
    });
  }

  @Test
  void aCutEndsBothDirectionsAfterExactlySoManyBytes() throws Exception {
    for (int bytes : new int[] {0, 1, 65_536, 99_999}) {
      with(toServer(stream -> stream.cutAfter(bytes)), (client, server, connection) -> {
        client.getOutputStream().write(SENT);
        assertThat(server.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(SENT, bytes));
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(connection.applied())
            .containsExactly(new AppliedFault(Fault.CUT, Direction.TO_SERVER, bytes));
        await().until(() -> connection.discardedBytes(Direction.TO_SERVER) == SENT.length - bytes);
      });
    }
  }

  @Test
  void aResetIsSeenAtBothEndsAfterExactlySoManyBytes() throws Exception {
    with(toServer(stream -> stream.resetAfter(5)), (client, server, connection) -> {
      client.getOutputStream().write(Arrays.copyOf(SENT, 5));
      assertThat(server.getInputStream().readNBytes(5)).isEqualTo(Arrays.copyOf(SENT, 5));
      assertReset(server);
      assertReset(client);
      assertThat(connection.applied())
          .containsExactly(new AppliedFault(Fault.RESET, Direction.TO_SERVER, 5));
    });
  }

  @Test
  void aHalfCloseEndsOneDirectionAndTheOtherGoesOn() throws Exception {
    with(toServer(stream -> stream.halfCloseAfter(5)), (client, server, connection) -> {
      client.getOutputStream().write(SENT);
      assertThat(server.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(SENT, 5));

      server.getOutputStream().write(SENT);
      assertThat(client.getInputStream().readNBytes(SENT.length)).isEqualTo(SENT);
      client.shutdownOutput();
      server.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      await().until(() -> !connection.isOpen());
      assertThat(connection.discardedBytes(Direction.TO_SERVER)).isEqualTo(SENT.length - 5);
    });
  }

  @Test
  void aStallStopsOneDirectionWithoutAnEnd() throws Exception {
    with(toServer(stream -> stream.stallAfter(5)), (client, server, connection) -> {
      client.getOutputStream().write(SENT);
      client.shutdownOutput();
      assertThat(server.getInputStream().readNBytes(5)).isEqualTo(Arrays.copyOf(SENT, 5));
      assertSilent(server);

      server.getOutputStream().write('x');
      assertThat(client.getInputStream().read()).isEqualTo('x');
      assertThat(connection.isOpen()).isTrue();
      assertThat(connection.receivedBytes(Direction.TO_SERVER)).isEqualTo(5);
    });
  }

  @Test
  void faultsWorkTogether() throws Exception {
    Faults faults = Faults.builder()
        .toServer(stream -> stream
            .coalesce(1_000, A_MOMENT)
            .delay(Duration.ofMillis(50))
            .splitRandomly(20)
            .throttle(1_000_000)
            .flipBit(10, 0)
            .halfCloseAfter(5_000)
            .resetAfter(6_000))
        .toClient(stream -> stream.flipBit(0, 5).delay(Duration.ofMillis(10)))
        .build();
    with(faults, (client, server, connection) -> {
      client.getOutputStream().write(Arrays.copyOf(SENT, 5_500));
      byte[] expected = Arrays.copyOf(SENT, 5_000);
      expected[10] ^= 1;
      assertThat(server.getInputStream().readAllBytes()).isEqualTo(expected);
      server.getOutputStream().write('a');
      assertThat(client.getInputStream().read()).isEqualTo('A');

      client.getOutputStream().write(Arrays.copyOf(SENT, 500));
      assertReset(client);
      await().until(() -> !connection.isOpen());
      assertThat(connection.applied())
          .extracting(AppliedFault::fault)
          .containsExactlyInAnyOrder(
              Fault.FLIP_BIT,
              Fault.COALESCE,
              Fault.DELAY,
              Fault.THROTTLE,
              Fault.SPLIT,
              Fault.HALF_CLOSE,
              Fault.RESET,
              Fault.FLIP_BIT,
              Fault.DELAY);
    });
  }

  @Test
  void theSameSeedDoesTheSameAndAnotherDoesNot() throws Exception {
    assertThat(randomRun(7)).isEqualTo(randomRun(7));
    assertThat(randomRun(7)).isNotEqualTo(randomRun(8));
  }

  /** What three connections of a random plan have met, to the byte. */
  private static List<List<AppliedFault>> randomRun(long seed) throws Exception {
    List<List<AppliedFault>> applied = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.getLocalSocketAddress())
            .seed(seed)
            .faults((connection, random) -> Faults.both(stream -> stream
                .splitRandomly(1_000)
                .flipBit(random.nextInt(1_000), random.nextInt(8))
                .cutAfter(1_000 + random.nextInt(90_000))))
            .start()) {
      for (int i = 1; i <= 3; i++) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
            Socket server = listener.accept()) {
          client.getOutputStream().write(SENT);
          server.getInputStream().readAllBytes();
        }
        applied.add(proxy.connection(i).applied());
      }
    }
    return applied;
  }

  @Test
  void randomPiecesEndWhereTheSeedHasThemHoweverTheBytesCome() throws Exception {
    List<Integer> boundaries = boundaries(3, 9, 100);
    with(
        toServer(stream -> stream.splitRandomly(9).pauseBetweenPieces(Duration.ofMillis(5))),
        3,
        (client, server, connection) -> {
          client.getOutputStream().write(Arrays.copyOf(SENT, 100));
          client.shutdownOutput();
          assertThat(boundaries).containsAll(sums(reads(server)));
        });
    with(toServer(stream -> stream.splitRandomly(9)), 3, (client, server, connection) -> {
      client.setTcpNoDelay(true);
      for (int i = 0; i < 100; i++) {
        client.getOutputStream().write(SENT[i]);
      }
      client.shutdownOutput();
      assertThat(server.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(SENT, 100));
      assertThat(connection.applied().get(0).offset()).isEqualTo((long) boundaries.get(0));
    });
  }

  /** Where the pieces of the first connection to the server end, by the seed alone. */
  private static List<Integer> boundaries(long seed, int maxBytes, int bytes) {
    Random random = Seeds.random(seed, 1, 1);
    List<Integer> boundaries = new ArrayList<>();
    for (int at = 1 + random.nextInt(maxBytes); at < bytes; at += 1 + random.nextInt(maxBytes)) {
      boundaries.add(at);
    }
    boundaries.add(bytes);
    return boundaries;
  }
}
