package io.pipewright.udp.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.udp.guard.LocalSockets.Verdict;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalSocketsTest {

  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(60);

  @Test
  @EnabledOnOs(OS.LINUX)
  void aSocketThatIsConnectedToUsIsAClientAndOneThatIsNotIsNot() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (DatagramSocket us = new DatagramSocket(0, here);
        DatagramSocket client = new DatagramSocket(0, here);
        DatagramSocket service = new DatagramSocket(0, here)) {
      client.connect(here, us.getLocalPort());
      LocalSockets sockets = new LocalSockets(Path.of("/proc/net"), us.getLocalPort());
      assertThat(sockets.isClient(client.getLocalPort(), 0)).isEqualTo(Verdict.YES);
      assertThat(sockets.isClient(service.getLocalPort(), MOMENT)).isEqualTo(Verdict.NO);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whoHasNotReadWhatHeWasSentIsNotJudgedYet() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (DatagramSocket us = new DatagramSocket(0, here);
        DatagramSocket bursting = new DatagramSocket(0, here)) {
      us.send(new DatagramPacket(new byte[1], 1, here, bursting.getLocalPort()));
      LocalSockets sockets = new LocalSockets(Path.of("/proc/net"), us.getLocalPort());
      assertThat(sockets.isClient(bursting.getLocalPort(), 0)).isEqualTo(Verdict.LATER);
      bursting.receive(new DatagramPacket(new byte[1], 1));
      assertThat(sockets.isClient(bursting.getLocalPort(), MOMENT)).isEqualTo(Verdict.NO);
    }
  }

  @Test
  void aPortThatAnotherSocketHasToANobodyKnowsIsNoClients(@TempDir Path tables) throws Exception {
    Files.writeString(tables.resolve("udp"), """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
           10: 0100007F:9C40 0100007F:1E6C 01 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0
           11: 0200007F:9C40 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2 2 0 0
           12: 0100007F:9C41 0100007F:1E6C 01 00000000:00000000 00:00000000 00000000     0        0 3 2 0 0
        """);
    LocalSockets sockets = new LocalSockets(tables, 0x1e6c);
    assertThat(sockets.isClient(0x9c40, 0)).isEqualTo(Verdict.NO);
    assertThat(sockets.isClient(0x9c41, 0)).isEqualTo(Verdict.YES);
    assertThat(sockets.isClient(0x9c42, 1)).isEqualTo(Verdict.LATER);
    assertThat(sockets.isClient(0x9c42, MOMENT)).isEqualTo(Verdict.NO);
  }

  @Test
  void withoutTablesNobodyIsKnown(@TempDir Path none) {
    assertThat(new LocalSockets(none, 7).isClient(40_000, 0)).isEqualTo(Verdict.NO);
  }
}
