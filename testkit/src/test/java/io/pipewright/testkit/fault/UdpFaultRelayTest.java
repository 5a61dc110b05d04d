package io.pipewright.testkit.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each fault of datagrams, by what plain sockets see at both ends. */
@Timeout(30)
class UdpFaultRelayTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @FunctionalInterface
  private interface Conversation {
    void over(DatagramSocket client, DatagramSocket server, UdpFaultRelay relay) throws Exception;
  }

  private static void with(DatagramFaults faults, Conversation conversation) throws Exception {
    try (DatagramSocket server = socket();
        DatagramSocket client = socket();
        UdpFaultRelay relay =
            UdpFaultRelay.to(server.getLocalPort()).faults(faults).start()) {
      conversation.over(client, server, relay);
    }
  }

  private static void toServer(Consumer<DatagramFaultsBuilder> faults, Conversation conversation)
      throws Exception {
    with(DatagramFaults.toServer(faults), conversation);
  }

  private static DatagramSocket socket() throws Exception {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(DatagramSocket from, SocketAddress to, String... texts)
      throws Exception {
    for (String text : texts) {
      byte[] bytes = text.getBytes(US_ASCII);
      from.send(new DatagramPacket(bytes, bytes.length, to));
    }
  }

  private static DatagramPacket packet(DatagramSocket socket) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.receive(packet);
    return packet;
  }

  private static List<String> receive(DatagramSocket socket, int count) throws Exception {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DatagramPacket packet = packet(socket);
      texts.add(new String(packet.getData(), 0, packet.getLength(), US_ASCII));
    }
    return texts;
  }

  /** A datagram may arrive a moment before it is counted as delivered. */
  private static void awaitCounts(UdpFaultRelay relay, Direction direction, DatagramCounts counts) {
    await().untilAsserted(() -> assertThat(relay.counts(direction)).isEqualTo(counts));
  }

  private static void assertSilent(DatagramSocket socket) throws Exception {
    socket.setSoTimeout(50);
    assertThatThrownBy(() -> packet(socket)).isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(5_000);
  }

  @Test
  void withoutFaultsDatagramsOfEverySizeAndTheirRepliesGoThrough() throws Exception {
    with(DatagramFaults.none(), (client, server, relay) -> {
      for (int size : new int[] {0, 1, 1472, 9000, 65_507}) {
        send(client, relay.address(), "x".repeat(size));
        DatagramPacket asked = packet(server);
        assertThat(asked.getLength()).isEqualTo(size);
        send(server, asked.getSocketAddress(), "y".repeat(size));
        DatagramPacket answer = packet(client);
        assertThat(answer.getLength()).isEqualTo(size);
        assertThat(answer.getSocketAddress()).isEqualTo(relay.address());
      }
      DatagramCounts through = new DatagramCounts(5, 5, 0, 0, 0, 0, 0, 0, 0, 0);
      awaitCounts(relay, Direction.TO_SERVER, through);
      awaitCounts(relay, Direction.TO_CLIENT, through);
    });
  }

  @Test
  void repliesFindTheirOwnClient() throws Exception {
    with(DatagramFaults.none(), (client, server, relay) -> {
      try (DatagramSocket other = socket()) {
        send(client, relay.address(), "one");
        SocketAddress one = packet(server).getSocketAddress();
        send(other, relay.address(), "two");
        SocketAddress two = packet(server).getSocketAddress();
        assertThat(one).isNotEqualTo(two);
        send(server, two, "for two");
        send(server, one, "for one");
        assertThat(receive(client, 1)).containsExactly("for one");
        assertThat(receive(other, 1)).containsExactly("for two");
      }
    });
  }

  @Test
  void namedDatagramsAreDroppedInOneDirectionOnly() throws Exception {
    toServer(datagrams -> datagrams.dropNumbers(1, 3), (client, server, relay) -> {
      send(client, relay.address(), "1", "2", "3", "4");
      assertThat(receive(server, 1)).containsExactly("2");
      DatagramPacket last = packet(server);
      send(server, last.getSocketAddress(), "a", "b", "c");
      assertThat(receive(client, 3)).containsExactly("a", "b", "c");
      assertThat(relay.counts(Direction.TO_SERVER).dropped()).isEqualTo(2);
      assertThat(relay.counts(Direction.TO_CLIENT).dropped()).isZero();
    });
  }

  @Test
  void duplicatesComeTwice() throws Exception {
    toServer(datagrams -> datagrams.duplicateNumbers(2), (client, server, relay) -> {
      send(client, relay.address(), "1", "2", "3");
      assertThat(receive(server, 4)).containsExactly("1", "2", "2", "3");
      assertSilent(server);
      awaitCounts(relay, Direction.TO_SERVER, new DatagramCounts(3, 4, 0, 1, 0, 0, 0, 0, 0, 0));
    });
  }

  @Test
  void theReorderedAreOvertakenByTheNext() throws Exception {
    toServer(
        datagrams -> datagrams.reorderNumbers(1, 4, 5).reorderWithin(Duration.ofMinutes(1)),
        (client, server, relay) -> {
          send(client, relay.address(), "1", "2", "3", "4", "5");
          assertThat(receive(server, 3)).containsExactly("2", "1", "3");
          assertSilent(server);
          await().until(() -> relay.counts(Direction.TO_SERVER).waiting() == 2);
          send(client, relay.address(), "6");
          assertThat(receive(server, 3)).containsExactly("6", "4", "5");
          awaitCounts(relay, Direction.TO_SERVER, new DatagramCounts(6, 6, 0, 0, 3, 0, 0, 0, 0, 0));
        });
  }

  @Test
  void theLastIsNotHeldForEver() throws Exception {
    toServer(
        datagrams -> datagrams.reorder(1).reorderWithin(Duration.ofMillis(50)),
        (client, server, relay) -> {
          send(client, relay.address(), "alone");
          assertThat(receive(server, 1)).containsExactly("alone");
          awaitCounts(relay, Direction.TO_SERVER, new DatagramCounts(1, 1, 0, 0, 0, 1, 0, 0, 0, 0));
        });
  }

  @Test
  void theDelayedComeLaterAndInOrder() throws Exception {
    Duration delay = Duration.ofMillis(100);
    toServer(datagrams -> datagrams.delay(delay), (client, server, relay) -> {
      long before = System.nanoTime();
      send(client, relay.address(), "1", "2", "3");
      assertThat(receive(server, 3)).containsExactly("1", "2", "3");
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isBetween(delay, Duration.ofSeconds(5));
      assertThat(relay.counts(Direction.TO_SERVER).delayed()).isEqualTo(3);
    });
  }

  @Test
  void unevenDelaysMixTheOrder() throws Exception {
    toServer(
        datagrams -> datagrams.delay(Duration.ZERO, Duration.ofMillis(300)),
        (client, server, relay) -> {
          String[] sent = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
          send(client, relay.address(), sent);
          assertThat(receive(server, sent.length))
              .containsExactlyInAnyOrder(sent)
              .isNotEqualTo(Arrays.asList(sent));
        });
  }

  @Test
  void theCorruptedDifferInOneBit() throws Exception {
    toServer(datagrams -> datagrams.corruptNumbers(1), (client, server, relay) -> {
      send(client, relay.address(), "abcdefgh", "abcdefgh", "");
      DatagramPacket corrupted = packet(server);
      BitSet difference = BitSet.valueOf(Arrays.copyOf(corrupted.getData(), corrupted.getLength()));
      difference.xor(BitSet.valueOf("abcdefgh".getBytes(US_ASCII)));
      assertThat(difference.cardinality()).isEqualTo(1);
      assertThat(receive(server, 2)).containsExactly("abcdefgh", "");
      assertThat(relay.counts(Direction.TO_SERVER).corrupted()).isEqualTo(1);
    });
  }

  @Test
  void theTruncatedAreCutAndShortOnesAreNot() throws Exception {
    toServer(datagrams -> datagrams.truncateNumbers(3, 1, 2), (client, server, relay) -> {
      send(client, relay.address(), "abcdef", "ab", "abcdef");
      assertThat(receive(server, 3)).containsExactly("abc", "ab", "abcdef");
      assertThat(relay.counts(Direction.TO_SERVER).truncated()).isEqualTo(1);
    });
  }

  @Test
  void theSameSeedGivesEachClientTheSameLuckAndTheCountsAddUp() throws Exception {
    assertThat(randomRun(11)).isEqualTo(randomRun(11));
    assertThat(randomRun(11)).isNotEqualTo(randomRun(12));
  }

  /** What arrives of two clients' datagrams under every fault that does not depend on time. */
  private static List<String> randomRun(long seed) throws Exception {
    DatagramFaults faults = DatagramFaults.toServer(datagrams -> datagrams
        .drop(0.2)
        .duplicate(0.2)
        .reorder(0.2)
        .reorderWithin(Duration.ofMinutes(1))
        .corrupt(0.2)
        .truncate(1, 0.2));
    try (DatagramSocket server = socket();
        DatagramSocket first = socket();
        DatagramSocket second = socket();
        UdpFaultRelay relay =
            UdpFaultRelay.to(server.getLocalPort()).seed(seed).faults(faults).start()) {
      for (int i = 0; i < 50; i++) {
        send(first, relay.address(), "a" + i);
      }
      await().until(() -> relay.counts(Direction.TO_SERVER).received() == 50);
      for (int i = 0; i < 50; i++) {
        send(second, relay.address(), "b" + i);
      }
      await().until(() -> relay.counts(Direction.TO_SERVER).received() == 100);
      relay.faults(DatagramFaults.none());
      send(first, relay.address(), "the end");
      send(second, relay.address(), "the end");
      await().untilAsserted(() -> {
        DatagramCounts counts = relay.counts(Direction.TO_SERVER);
        assertThat(counts.received()).isEqualTo(102);
        assertThat(counts.waiting()).isZero();
        assertThat(counts.delivered()).isEqualTo(102 - counts.dropped() + counts.duplicated());
      });
      return receive(server, (int) relay.counts(Direction.TO_SERVER).delivered());
    }
  }

  @Test
  void clientsOverTheMaximumAreNotServedAndCounted() throws Exception {
    try (DatagramSocket server = socket();
        DatagramSocket first = socket();
        DatagramSocket second = socket();
        UdpFaultRelay relay =
            UdpFaultRelay.to(server.getLocalPort()).maxClients(1).start()) {
      send(first, relay.address(), "1");
      assertThat(receive(server, 1)).containsExactly("1");
      send(second, relay.address(), "2");
      await().until(() -> relay.rejectedDatagrams() == 1);
      send(first, relay.address(), "3");
      assertThat(receive(server, 1)).containsExactly("3");
    }
  }

  @Test
  void closingLeavesNoThreadAndNoDescriptor() throws Exception {
    openAndClose();
    int before = descriptors();
    for (int i = 0; i < 5; i++) {
      openAndClose();
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("udp-fault-relay"));
  }

  private static void openAndClose() throws Exception {
    toServer(datagrams -> datagrams.delay(Duration.ofMinutes(1)), (client, server, relay) -> {
      send(client, relay.address(), "1");
      await().until(() -> relay.counts(Direction.TO_SERVER).waiting() == 1);
    });
  }

  private static int descriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names == null ? 0 : names.length; // elsewhere than on Linux, only threads are counted
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> DatagramFaults.both(datagrams -> datagrams.drop(1.1)))
        .hasMessage("drop: must be 0 to 1, not 1.1");
    assertThatThrownBy(() -> DatagramFaults.both(datagrams -> datagrams.dropNumbers(0)))
        .hasMessage("dropNumbers: datagrams are numbered from 1, not from 0");
    assertThatThrownBy(() -> DatagramFaults.both(datagrams -> datagrams.truncateNumbers(-1, 1)))
        .hasMessage("truncate: must be 0 bytes or more, not -1");
    assertThatThrownBy(() -> DatagramFaults.both(
            datagrams -> datagrams.delay(Duration.ofSeconds(2), Duration.ofSeconds(1))))
        .hasMessage("delay: from PT2S to PT1S is no range");
  }
}
