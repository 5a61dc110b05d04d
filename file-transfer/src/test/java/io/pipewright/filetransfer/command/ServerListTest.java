package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.address.Endpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerListTest {

  @Test
  void readsEveryKindOfEndpointWithCommasBetween() {
    ServerList servers = ServerList.parse("a.example:80,127.0.0.1:8080,[::1]:80,unix:/run/f.sock");

    assertThat(servers.endpoints())
        .containsExactly(
            Endpoint.of("a.example", 80),
            Endpoint.of("127.0.0.1", 8080),
            Endpoint.of("::1", 80),
            Endpoint.unix(Path.of("/run/f.sock")));
    assertThat(servers).hasToString("a.example:80,127.0.0.1:8080,[::1]:80,unix:/run/f.sock");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a:1,|a comma with no server beside it",
        ",a:1|a comma with no server beside it",
        "a:1,,b:2|a comma with no server beside it",
        "a:1,b|'b' has no port",
        "a:1,::1:80|write an IPv6 address in brackets",
        "a:1,b:0|a port is 1 to 65535, not 0",
        "a:1,b:2,a:1|names a:1 twice",
      })
  void saysWhatIsWrong(String text, String sentence) {
    assertThatThrownBy(() -> ServerList.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }
}
