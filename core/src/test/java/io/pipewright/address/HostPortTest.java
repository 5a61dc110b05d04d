package io.pipewright.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPortTest {

  @ParameterizedTest
  @CsvSource({
    "localhost:21567,localhost,21567",
    "127.0.0.1:1,127.0.0.1,1",
    "[::1]:65535,::1,65535",
    "[fe80::1%eth0]:80,fe80::1%eth0,80"
  })
  void aHostAndAPortAreTakenApartAndPutTogether(String text, String host, int port) {
    assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "localhost|'localhost' has no port: write HOST:PORT",
        ":80|the host is missing: write HOST:PORT",
        "localhost:|'' in 'localhost:' is no port: a port is 1 to 65535",
        "localhost:http|'http' in 'localhost:http' is no port: a port is 1 to 65535",
        "localhost:0|a port is 1 to 65535, not 0",
        "localhost:+80|'+80' in 'localhost:+80' is no port: a port is 1 to 65535",
        "localhost:65536|a port is 1 to 65535, not 65536",
        "::1:80|'::1:80' has several colons: write an IPv6 address in brackets, [::1]:80",
        "[::1]|'[::1]' has no port: write [ADDRESS]:PORT",
        "[localhost]:80|brackets are for IPv6 addresses, not for '[localhost]:80'"
      })
  void whatIsWrongIsSaid(String text, String sentence) {
    assertThatThrownBy(() -> HostPort.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }
}
