package io.pipewright.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  static InetAddress address(String numeric) throws Exception {
    return InetAddress.getByName(numeric);
  }

  /** As native transports make one of a client of a dual-stack listener; the JDK itself would make it IPv4. */
  static Inet6Address mapped(int... ipv4) throws Exception {
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xff;
    for (int i = 0; i < 4; i++) {
      bytes[12 + i] = (byte) ipv4[i];
    }
    return Inet6Address.getByAddress(null, bytes, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,10.0.0.0/8",
    " 10.0.0.0/8 ,10.0.0.0/8",
    "192.0.2.7,192.0.2.7/32",
    "0.0.0.0/0,0.0.0.0/0",
    "255.255.255.255/32,255.255.255.255/32",
    "128.0.0.0/1,128.0.0.0/1",
    "::/0,::/0",
    "::1,::1/128",
    "2001:DB8:0:0::/32,2001:db8::/32",
    "fe80::/10,fe80::/10",
    "2001:db8::8000:0:0:0/65,2001:db8:0:0:8000::/65",
    "::ffff:10.0.0.0/104,10.0.0.0/8",
    "::ffff:192.0.2.7,192.0.2.7/32",
    "::ffff:0:0/96,0.0.0.0/0"
  })
  void aNetworkIsReadAndWrittenInItsShortestForm(String text, String shortest) {
    assertThat(Cidr.parse(text)).hasToString(shortest).isEqualTo(Cidr.parse(shortest));
    assertThat(Cidr.parse(text).hashCode()).isEqualTo(Cidr.parse(shortest).hashCode());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,10.255.255.255,true",
    "10.0.0.0/8,11.0.0.0,false",
    "10.0.0.0/8,9.255.255.255,false",
    "0.0.0.0/0,255.0.0.1,true",
    "0.0.0.0/0,::1,false",
    "::/0,::1,true",
    "::/0,10.0.0.1,false",
    "192.0.2.7,192.0.2.7,true",
    "192.0.2.7,192.0.2.6,false",
    "2001:db8::/32,2001:db8:ffff::1,true",
    "2001:db8::/32,2001:db9::,false",
    "2001:db8::8000:0:0:0/65,2001:db8::7fff:ffff:ffff:ffff,false",
    "2001:db8::8000:0:0:0/65,2001:db8::8000:0:0:1,true",
    "::ffff:10.0.0.0/104,10.1.2.3,true"
  })
  void anAddressIsInANetworkOrNot(String network, String address, boolean in) throws Exception {
    assertThat(Cidr.parse(network).contains(address(address))).isEqualTo(in);
    assertThat(CidrSet.parse(network).contains(address(address))).isEqualTo(in);
  }

  @Test
  void aMappedAddressCountsAsTheIpv4AddressThatItMaps() throws Exception {
    assertThat(Cidr.parse("10.0.0.0/8").contains(mapped(10, 200, 0, 1))).isTrue();
    assertThat(Cidr.parse("10.0.0.0/8").contains(mapped(11, 0, 0, 1))).isFalse();
    assertThat(Cidr.parse("::/0").contains(mapped(10, 0, 0, 1))).isFalse();
    assertThat(Cidr.around(mapped(10, 200, 0, 1), 24, 64))
        .isEqualTo(Cidr.around(address("10.200.0.99"), 24, 64))
        .hasToString("10.200.0.0/24");
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.77,32,203.0.113.77/32",
    "203.0.113.77,0,0.0.0.0/0",
    "2001:db8:1:2:3:4:5:6,32,2001:db8:1:2::/64"
  })
  void aroundIsTheNetworkOfAnAddress(String address, int ipv4, String network) throws Exception {
    assertThat(Cidr.around(address(address), ipv4, 64)).isEqualTo(Cidr.parse(network));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "10.0.0.1/8|'10.0.0.1/8' has bits of a host behind its prefix: write 10.0.0.0/8 for the network,"
            + " or 10.0.0.1 for the host alone",
        "2001:db8::1/32|'2001:db8::1/32' has bits of a host behind its prefix: write 2001:db8::/32 for the"
            + " network, or 2001:db8::1 for the host alone",
        "10.0.0.0/33|'33' in '10.0.0.0/33' is no prefix length: that of an IPv4 network is 0 to 32",
        "10.0.0.0/-1|'-1' in '10.0.0.0/-1' is no prefix length: that of an IPv4 network is 0 to 32",
        "10.0.0.0/+8|'+8' in '10.0.0.0/+8' is no prefix length: that of an IPv4 network is 0 to 32",
        "10.0.0.0/|'' in '10.0.0.0/' is no prefix length: that of an IPv4 network is 0 to 32",
        "::/129|'129' in '::/129' is no prefix length: that of an IPv6 network is 0 to 128",
        "::/99999999999|'99999999999' in '::/99999999999' is no prefix length: that of an IPv6 network is 0 to 128",
        "localhost|'localhost' is no network: write 10.0.0.0/8, fd00::/8 or an address; names are not looked up",
        "example.com/8|'example.com/8' is no network: write 10.0.0.0/8, fd00::/8 or an address; names are not"
            + " looked up",
        "fe80::1%eth0|'fe80::1%eth0' has a zone: a network is the same on every interface, leave '%' and the zone out",
        "010.0.0.0/8|'010.0.0.0/8' has a number with a leading zero, which some read as octal: write it without"
      })
  void whatIsWrongIsSaid(String text, String sentence) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/8",
        "10",
        "10.0.0",
        "10.0.0.0.0",
        "10.0.0.256",
        "10.0.0.0 /8",
        "10.0.0.0/8/8",
        "10.0.0.00",
        "1.2.3.-4",
        "[::1]",
        "[::1]/128",
        ":::",
        "::g",
        "1:2:3:4:5:6:7:8:9",
        "0x0a000001",
        "٣.0.0.1",
        "10.0.0.0/٨",
        "10.0.0.0\n/8"
      })
  void garbageIsNoNetwork(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLongTextIsNotRepeatedWhole() {
    assertThatThrownBy(() -> Cidr.parse("x".repeat(10_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }
}
