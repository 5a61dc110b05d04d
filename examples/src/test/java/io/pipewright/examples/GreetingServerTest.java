package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreetingServerTest {

  @Test
  void greetsInUtf8AndEndsTheConnection() throws Exception {
    try (RunningServer server = Commands.server(new GreetingServer()).start();
        Peer client = new Peer(server.port())) {
      assertThat(client.receiveAll())
          .isEqualTo(HexFormat.of()
              .parseHex("e7bd91e7bb9ce7bc96e7a88be6b58be8af95e380820d0a")); // 网络编程测试。\r\n
    }
  }

  @Test
  void theGreetingArrivesWholeAlthoughTheClientTalksAtTheSameTime() throws Exception {
    try (RunningServer server = Commands.server(new GreetingServer()).start()) {
      for (int i = 0; i < 50; i++) {
        try (Peer client = new Peer(server.port())) {
          client.send(new byte[10_000]);
          assertThat(client.receiveAll(UTF_8)).isEqualTo("网络编程测试。\r\n");
        }
      }
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }
  }

  @Test
  void twoHundredClientsAtOnceAreAllGreeted() throws Exception {
    try (RunningServer server = Commands.server(new GreetingServer()).start()) {
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        clients.add(new Peer(server.port()));
      }
      for (Peer client : clients) {
        assertThat(client.receiveAll(UTF_8)).isEqualTo("网络编程测试。\r\n");
        client.close();
      }
    }
  }
}
