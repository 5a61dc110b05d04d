package io.pipewright.udp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerMapTest {

  private final EmbeddedSocket socket = new EmbeddedSocket(SessionPolicy.builder());
  private final SharedSocket shared = (SharedSocket) socket.pipeline().last();
  private final PeerMap map = new PeerMap();

  @AfterEach
  void close() {
    socket.finishAndReleaseAll();
  }

  private static InetSocketAddress peer(int number) throws Exception {
    byte[] address = {10, 0, (byte) (number >> 8), (byte) number};
    return new InetSocketAddress(InetAddress.getByAddress(address), 1 + number % 3);
  }

  @Test
  void itHoldsWhatAHashMapHolds() throws Exception {
    Map<InetSocketAddress, SessionChannel> model = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      InetSocketAddress peer = peer(random.nextInt(500));
      SessionChannel known = model.get(peer);
      assertThat(map.get(peer)).isSameAs(known);
      if (known == null) {
        SessionChannel session = new SessionChannel(shared, peer);
        map.add(session);
        model.put(peer, session);
      } else {
        assertThat(map.remove(known)).isTrue();
        assertThat(map.remove(known)).isFalse();
        model.remove(peer);
      }
      assertThat(map.size()).isEqualTo(model.size());
    }
    assertThat(map.all()).containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void addressesWhoseSumIsTheSameDoNotMeet() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      byte[] address = {10, 0, (byte) (i >> 8), (byte) i};
      map.add(new SessionChannel(
          shared, new InetSocketAddress(InetAddress.getByAddress(address), 40_000 - i)));
    }
    long began = System.nanoTime();
    for (int i = 0; i < 20_000; i++) {
      byte[] address = {10, 0, (byte) (i >> 8), (byte) i};
      assertThat(map.get(new InetSocketAddress(InetAddress.getByAddress(address), 40_000 - i)))
          .isNotNull();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
  }
}
