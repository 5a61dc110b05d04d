package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.offload.Offload;
import org.junit.jupiter.api.Test;

class NameLookupTest {

  @Test
  void addressesAreToldInTheOrderOfTheQuestions() throws Exception {
    try (Offload blocking = Offload.builder().build();
        RunningServer server = Commands.server(new NameLookup()).start(blocking);
        Peer client = new Peer(server.port())) {
      client.send("127.0.0.1\n::1\n10.0.0.1\n").finishSending();
      assertThat(client.receiveAll())
          .asString(US_ASCII)
          .isEqualTo("127.0.0.1: 127.0.0.1\n::1: 0:0:0:0:0:0:0:1\n10.0.0.1: 10.0.0.1\n");
    }
  }
}
