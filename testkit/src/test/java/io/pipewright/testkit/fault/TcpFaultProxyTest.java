package io.pipewright.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.testkit.RawListener;
import io.pipewright.testkit.RawPeer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy where nothing goes wrong, and what holds whatever goes wrong. */
@Timeout(60)
class TcpFaultProxyTest {

  private static final Duration A_MOMENT = Duration.ofMillis(100);

  @Test
  void withoutFaultsEveryByteGoesThroughBothWaysAndFast() throws Exception {
    int bytes = 256 << 20;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.getLocalPort()).start();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        Socket server = listener.accept()) {
      long before = System.nanoTime();
      CompletableFuture<Long> sent = sum(() -> write(client, bytes));
      CompletableFuture<Long> received = sum(() -> read(server));

      assertThat(received.get(50, TimeUnit.SECONDS)).isEqualTo(sent.get());
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
      CompletableFuture<Long> answered = sum(() -> write(server, 1 << 20));
      assertThat(read(client)).isEqualTo(answered.get());
      ProxiedConnection connection = proxy.connection(1);
      await().until(() -> !connection.isOpen());
      assertThat(connection.deliveredBytes(Direction.TO_SERVER)).isEqualTo(bytes);
      assertThat(connection.deliveredBytes(Direction.TO_CLIENT)).isEqualTo(1 << 20);
      assertThat(connection.applied()).isEmpty();
    }
  }

  private interface Transfer {
    long run() throws IOException;
  }

  /** On a thread of its own: the common pool may have one thread for both ends. */
  private static CompletableFuture<Long> sum(Transfer transfer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return transfer.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> new Thread(task, "transfer").start());
  }

  /** Writes random bytes and an end; returns a sum over them that sees their order. */
  private static long write(Socket socket, int bytes) throws IOException {
    byte[] chunk = new byte[1 << 20];
    OutputStream out = socket.getOutputStream();
    long sum = 0;
    for (int i = 0; i < bytes / chunk.length; i++) {
      new Random(i).nextBytes(chunk);
      out.write(chunk);
      sum = sum(sum, chunk, chunk.length);
    }
    socket.shutdownOutput();
    return sum;
  }

  private static long read(Socket socket) throws IOException {
    byte[] chunk = new byte[1 << 20];
    InputStream in = socket.getInputStream();
    long sum = 0;
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      sum = sum(sum, chunk, count);
    }
    return sum;
  }

  private static long sum(long before, byte[] bytes, int count) {
    long sum = before;
    for (int i = 0; i < count; i++) {
      sum = sum * 31 + bytes[i];
    }
    return sum;
  }

  @Test
  void anEndIsPassedOnAsAnEndOfThatDirection() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address()).start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      client.send("ask").finishSending();
      server.expect("ask").expectEnd().send("answer").finishSending();
      client.expect("answer").expectEnd();
    }
  }

  @Test
  void aResetIsPassedOnAsAResetBehindWhatCameBefore() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults(Faults.both(stream -> stream.delay(A_MOMENT)))
            .start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      client.send("last words");
      await().until(() -> proxy.connection(1).receivedBytes(Direction.TO_SERVER) == 10);
      client.reset();
      server.expect("last words").expectReset();
    }
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address()).start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      server.reset();
      client.expectReset();
    }
  }

  /** A reset that comes at once may be seen by the connect already. */
  private static void assertReset(TcpFaultProxy proxy) throws IOException {
    try (RawPeer client = RawPeer.connect(proxy.address())) {
      client.expectReset();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void aServerThatIsNotThereIsSeenAsAReset() throws Exception {
    RawListener gone = RawListener.open();
    gone.close();
    try (TcpFaultProxy proxy = TcpFaultProxy.to(gone.address()).start()) {
      assertReset(proxy);
      assertThat(proxy.connection(1).hasReachedServer()).isFalse();
      await().until(() -> !proxy.connection(1).isOpen());
    }
  }

  @Test
  void theServerMayListenOnAUnixSocket(@TempDir Path folder) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (RawListener listener = RawListener.open(address);
        TcpFaultProxy proxy = TcpFaultProxy.to(address)
            .faults(Faults.toServer(stream -> stream.flipBit(0, 5)))
            .start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      client.send("ask").finishSending();
      server.expect("Ask").expectEnd().send("answer").finishSending();
      client.expect("answer").expectEnd();
    }
  }

  @Test
  void clientsOverTheMaximumAreResetAndCounted() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy =
            TcpFaultProxy.to(listener.address()).maxConnections(1).start();
        RawPeer first = RawPeer.connect(proxy.address())) {
      try (RawPeer server = listener.accept()) {
        assertReset(proxy);
        assertThat(proxy.rejectedConnections()).isEqualTo(1);
        first.finishSending();
        server.expectEnd().finishSending();
      }
      await().until(() -> !proxy.connection(1).isOpen());
      try (RawPeer third = RawPeer.connect(proxy.address());
          RawPeer server = listener.accept()) {
        third.send("room again");
        server.expect("room again");
      }
    }
  }

  @Test
  void eachConnectionMeetsItsOwnFaults() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults((connection, random) ->
                connection == 2 ? Faults.toServer(stream -> stream.cutAfter(2)) : Faults.none())
            .start()) {
      for (String heard : List.of("hello", "he", "hello")) {
        try (RawPeer client = RawPeer.connect(proxy.address());
            RawPeer server = listener.accept()) {
          client.send("hello");
          server.expect(heard);
          if (heard.equals("he")) {
            server.expectEnd();
            client.expectEnd();
          }
        }
      }
    }
  }

  @Test
  void faultsChangeWhileAConnectionLives() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults(Faults.toServer(stream -> stream.stallAfter(3)))
            .start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      client.send("onetwo");
      server.expect("one").expectSilence(A_MOMENT);

      proxy.connection(1).faults(Faults.toServer(stream -> stream.flipBit(0, 0).flipBit(4, 5)));
      server.expect("tWo");

      proxy.connection(1).faults(Faults.toClient(stream -> stream.resetAfter(2)));
      server.send("12345");
      client.expect("12").expectReset();
      server.expectReset();
      assertThat(proxy.connection(1).applied())
          .containsExactly(
              new AppliedFault(Fault.STALL, Direction.TO_SERVER, 3),
              new AppliedFault(Fault.FLIP_BIT, Direction.TO_SERVER, 4),
              new AppliedFault(Fault.RESET, Direction.TO_CLIENT, 2));

      proxy.faults(Faults.toClient(stream -> stream.cutAfter(0)));
      try (RawPeer next = RawPeer.connect(proxy.address())) {
        next.expectEnd();
      }
    }
  }

  @Test
  void aConnectionIsCutOrResetByAWord() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address()).start()) {
      try (RawPeer client = RawPeer.connect(proxy.address());
          RawPeer server = listener.accept()) {
        proxy.connection(1).cut();
        client.expectEnd();
        server.expectEnd();
      }
      try (RawPeer client = RawPeer.connect(proxy.address());
          RawPeer server = listener.accept()) {
        await().until(() -> proxy.connection(2).hasReachedServer());
        proxy.connection(2).reset();
        client.expectReset();
        server.expectReset();
        assertThat(proxy.connections()).hasSize(2).noneMatch(ProxiedConnection::isOpen);
      }
    }
  }

  @Test
  void thePeersOfACutConnectionAreResetIfTheyTalkOn() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults(Faults.toServer(stream -> stream.cutAfter(1)))
            .start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      client.send("x");
      server.expect("x").expectEnd();
      client.expectEnd();
      await()
          .untilAsserted(() -> assertThatThrownBy(() -> client.send("still there?"))
              .isInstanceOf(AssertionError.class));
      assertThat(proxy.connection(1).deliveredBytes(Direction.TO_SERVER)).isEqualTo(1);
    }
  }

  @Test
  void aPlanThatThrowsResetsItsConnectionAndIsReported() throws Exception {
    RawListener listener = RawListener.open();
    TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
        .faults((connection, random) -> {
          throw new IllegalStateException("no plan");
        })
        .start();
    try (listener) {
      assertReset(proxy);
      assertThatThrownBy(proxy::close).hasRootCauseMessage("no plan");
      proxy.close();
    }
  }

  @Test
  void aSenderWaitsForAReceiverThatDoesNotRead() throws Exception {
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults(Faults.toServer(stream -> stream.delay(Duration.ofMillis(1))))
            .start();
        RawPeer client = RawPeer.connect(proxy.address());
        RawPeer server = listener.accept()) {
      assertThatThrownBy(() -> client.limit(Duration.ofMillis(300)).send(new byte[64 << 20]))
          .hasMessageContaining("took only");
      ProxiedConnection connection = proxy.connection(1);
      assertThat(connection.receivedBytes(Direction.TO_SERVER)
              - connection.deliveredBytes(Direction.TO_SERVER))
          .isLessThanOrEqualTo(1 << 20);
      server.receive(1 << 20);
    }
  }

  @Test
  void closingLeavesNoThreadAndNoDescriptor() throws Exception {
    openAndClose(); // what the JDK keeps for good is there after this
    int before = descriptors();
    for (int i = 0; i < 5; i++) {
      openAndClose();
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("tcp-fault-proxy"));
  }

  private static void openAndClose() throws Exception {
    List<RawPeer> peers = new ArrayList<>();
    try (RawListener listener = RawListener.open();
        TcpFaultProxy proxy = TcpFaultProxy.to(listener.address())
            .faults(Faults.both(
                stream -> stream.delay(Duration.ofMinutes(1)).split(1).stallAfter(5)))
            .start()) {
      for (int i = 0; i < 10; i++) {
        peers.add(RawPeer.connect(proxy.address()).send("hello, world"));
        peers.add(listener.accept());
      }
      proxy.connection(1).reset();
      proxy.connection(2).cut();
    }
    for (RawPeer peer : peers.subList(4, peers.size())) {
      assertThatThrownBy(() -> peer.expectSilence(A_MOMENT)).isInstanceOf(AssertionError.class);
    }
    for (RawPeer peer : peers) {
      peer.close();
    }
  }

  private static int descriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names == null ? 0 : names.length; // elsewhere than on Linux, only threads are counted
  }

  @Test
  void theLastWordsOfAPlanAreReadable() {
    assertThat(Faults.builder()
            .toServer(stream -> stream.splitRandomly(3).flipBit(7, 1))
            .toClient(stream -> stream.delay(Duration.ofMillis(20)).cutAfter(100))
            .build())
        .hasToString(
            "to server: split into random pieces of at most 3 bytes, flip bit 1 of byte 7; "
                + "to client: delay 20 ms, CUT after 100 bytes");
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.split()))
        .hasMessage("split: name one size or more");
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.split(0)))
        .hasMessage("split: must be 1 or more, not 0");
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.flipBit(0, 8)))
        .hasMessage("flipBit: a byte has bits 0 to 7, not 8");
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.cutAfter(-1)))
        .hasMessage("CUT: must be 0 or more, not -1");
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.coalesce(10, Duration.ZERO)))
        .hasMessage("coalesce: the time must be more than zero");
    assertThatThrownBy(() -> Faults.toServer(stream -> stream.pauseBetweenPieces(A_MOMENT)))
        .hasMessage("pauseBetweenPieces: needs split or splitRandomly");
    assertThatThrownBy(() -> TcpFaultProxy.to(1).maxConnections(0))
        .hasMessage("maxConnections: must be 1 or more, not 0");
  }
}
