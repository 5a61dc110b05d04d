package io.pipewright.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class AddressesTest {

  @Test
  void anAddressIsWrittenAsNumbersAndAnIpv6OneInBrackets() throws Exception {
    InetAddress named = InetAddress.getByAddress("some.name", new byte[] {127, 0, 0, 1});

    assertThat(Addresses.text(new InetSocketAddress(named, 80))).isEqualTo("127.0.0.1:80");
    assertThat(Addresses.text(new InetSocketAddress("::1", 80))).isEqualTo("[::1]:80");
    assertThat(Addresses.text(InetSocketAddress.createUnresolved("some.name", 80)))
        .isEqualTo("some.name:80");
  }

  @Test
  void aPeerThatHasGoneIsNotCalledNull() {
    assertThat(Addresses.text(null)).isEqualTo("a peer that has gone");
  }
}
