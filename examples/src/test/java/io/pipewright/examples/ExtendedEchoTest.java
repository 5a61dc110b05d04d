package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import org.junit.jupiter.api.Test;

class ExtendedEchoTest {

  @Test
  void eachClientsLinesAreNumberedAndEchoedWithTheirTerminators() throws Exception {
    try (RunningServer server = Commands.server(new ExtendedEcho()).start();
        Peer first = new Peer(server.port());
        Peer second = new Peer(server.port())) {
      first.send("a\nb\r\n");
      assertThat(first.receive(9)).isEqualTo("1 a\n2 b\r\n".getBytes(US_ASCII));
      second.send("c\n").finishSending();
      assertThat(second.receiveAll()).isEqualTo("1 c\n".getBytes(US_ASCII));
    }
  }
}
