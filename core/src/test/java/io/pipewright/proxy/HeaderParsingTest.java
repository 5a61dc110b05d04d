package io.pipewright.proxy;

import static io.pipewright.proxy.Headers.ascii;
import static io.pipewright.proxy.Headers.hex;
import static io.pipewright.proxy.Headers.ipv4;
import static io.pipewright.proxy.Headers.ipv6;
import static io.pipewright.proxy.Headers.join;
import static io.pipewright.proxy.Headers.tlv;
import static io.pipewright.proxy.Headers.unix;
import static io.pipewright.proxy.Headers.v2;
import static io.pipewright.proxy.Headers.withChecksum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.DomainSocketAddress;
import io.pipewright.proxy.ProxyHeader.Origin;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderParsingTest {

  private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 5_000);
  private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.2", 80);

  private static Parsed v1(String line) {
    return V1.read(Unpooled.wrappedBuffer(ascii(line)));
  }

  private static ProxyHeader header(byte[] bytes) {
    return V2.read(Unpooled.wrappedBuffer(bytes), 4096).on(PROXY, LOCAL);
  }

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 203.0.113.7 192.0.2.1 56324 443,203.0.113.7,56324,192.0.2.1,443",
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535,255.255.255.255,65535,255.255.255.255,65535",
    "PROXY TCP4 0.0.0.0 0.0.0.0 0 0,0.0.0.0,0,0.0.0.0,0",
    "PROXY TCP6 2001:db8::7 2001:DB8::1 56324 443,2001:db8::7,56324,2001:db8::1,443",
    "PROXY TCP6 ffff:f:f:f:f:f:f:ffff ::1 1 2,ffff:f:f:f:f:f:f:ffff,1,::1,2",
    "PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2,203.0.113.7,1,::1,2"
  })
  void aLineNamesTheTwoEnds(
      String line, String source, int sourcePort, String destination, int destinationPort) {
    Parsed parsed = v1(line + "\r\n");

    assertThat(parsed.origin()).isEqualTo(Origin.CLIENT);
    assertThat(parsed.source()).isEqualTo(new InetSocketAddress(source, sourcePort));
    assertThat(parsed.destination()).isEqualTo(new InetSocketAddress(destination, destinationPort));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:ffff 65535 65535\r\n",
        "PROXY UNKNOWN whatever comes\0\r\n"
      })
  void unknownIsUnknownWhateverFollows(String line) {
    assertThat(v1(line)).isEqualTo(Parsed.without(1, Origin.UNKNOWN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 99999999999\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2  2\r\n",
        "PROXY TCP4 1.1.1.01 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.256 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 ::1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 localhost 2.2.2.2 1 2\r\n",
        "PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
        "PROXY TCP6 [::1] ::1 1 2\r\n",
        "PROXY TCP6 :::1 ::1 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n",
        "PROXY TCP4 1.1.1.1\r2.2.2.2 1 2\r\n"
      })
  void aLineThatBreaksTheRulesIsMalformed(String line) {
    assertThatThrownBy(() -> v1(line)).isInstanceOf(MalformedProxyHeaderException.class);
  }

  @Test
  void aLineOf107BytesIsReadAndOneOf108IsNot() {
    String longest = "PROXY UNKNOWN " + "x".repeat(107 - 14 - 2);

    assertThat(v1(longest + "\r\n").origin()).isEqualTo(Origin.UNKNOWN);
    assertThatThrownBy(() -> v1(longest + "x\r\n"))
        .isInstanceOf(MalformedProxyHeaderException.class)
        .hasMessage("the PROXY header has no end within 107 bytes");
    assertThat(v1(longest)).as("more may come").isNull();
    assertThatThrownBy(() -> v1(longest + "xx")).isInstanceOf(MalformedProxyHeaderException.class);
  }

  @Test
  void whatTheMessageRepeatsOfALineIsEscaped() {
    assertThatThrownBy(() -> v1("PROXY \u001b[31m\r\n"))
        .hasMessage("the PROXY header is malformed, it names no protocol of TCP4, TCP6 and UNKNOWN:"
            + " PROXY \\x1b[31m");
  }

  @Test
  void aBinaryHeaderNamesTheTwoEnds() throws Exception {
    ProxyHeader four = header(v2(0x21, 0x11, ipv4()));
    assertThat(four.source()).isEqualTo(new InetSocketAddress("203.0.113.7", 56_324));
    assertThat(four.destination()).isEqualTo(new InetSocketAddress("192.0.2.1", 443));
    assertThat(four.proxy()).isEqualTo(PROXY);
    assertThat(four.version()).isEqualTo(2);

    ProxyHeader six = header(v2(0x21, 0x21, ipv6()));
    assertThat(six.source()).isEqualTo(new InetSocketAddress("2001:db8::7", 56_324));
    assertThat(six.destination()).isEqualTo(new InetSocketAddress("2001:db8::1", 443));
    assertThat(six.tlvs()).isEmpty();

    ProxyHeader unix = header(v2(0x21, 0x31, unix("/run/client", "")));
    assertThat(unix.source()).isEqualTo(new DomainSocketAddress("/run/client"));
    assertThat(unix.destination()).isEqualTo(new DomainSocketAddress(""));

    ProxyHeader longest = header(v2(0x21, 0x31, unix("x".repeat(108), "y".repeat(108))));
    assertThat(longest.source()).isEqualTo(new DomainSocketAddress("x".repeat(108)));
  }

  @Test
  void whoSpeaksForItselfOrForNobodyKnownHasTheSocketsAddresses() {
    for (byte[] local :
        new byte[][] {v2(0x20, 0x00), v2(0x20, 0x11, ipv4()), v2(0x20, 0xff, new byte[50])}) {
      ProxyHeader header = header(local);
      assertThat(header.origin()).isEqualTo(Origin.LOCAL);
      assertThat(header.source()).isEqualTo(PROXY);
      assertThat(header.destination()).isEqualTo(LOCAL);
    }
    assertThat(header(v2(0x21, 0x00, new byte[7])).origin()).isEqualTo(Origin.UNKNOWN);
    assertThat(header(v2(0x21, 0x00)).source()).isEqualTo(PROXY);
  }

  @Test
  void elementsAreReadInTheirOrder() {
    byte[] tls = join(
        hex("07 00000000"),
        tlv(0x21, ascii("TLSv1.3")),
        tlv(0x22, ascii("client.example")),
        tlv(0x23, ascii("TLS_AES_128_GCM_SHA256")));
    ProxyHeader header = header(v2(
        0x21,
        0x11,
        ipv4(),
        tlv(0x01, ascii("h2")),
        tlv(0x02, ascii("a.example")),
        tlv(0x05, hex("00ff10")),
        tlv(0x20, tls),
        tlv(0xe0, new byte[0])));

    assertThat(header.tlvs())
        .extracting(ProxyTlv::type)
        .containsExactly(0x01, 0x02, 0x05, 0x20, 0xe0);
    assertThat(header.alpn()).contains("h2");
    assertThat(header.authority()).contains("a.example");
    assertThat(header.uniqueId()).hasValueSatisfying(id -> assertThat(id).isEqualTo(hex("00ff10")));
    ProxyTls facts = header.clientTls().orElseThrow();
    assertThat(facts.overTls()).isTrue();
    assertThat(facts.verified()).isTrue();
    assertThat(facts.version()).contains("TLSv1.3");
    assertThat(facts.commonName()).contains("client.example");
    assertThat(facts.cipher()).contains("TLS_AES_128_GCM_SHA256");
  }

  @Test
  void aCertificateThatWasNotSentOrFailedIsNotVerified() {
    assertThat(
            header(v2(0x21, 0x11, ipv4(), tlv(0x20, hex("01 00000000")))).tls().verified())
        .isFalse();
    assertThat(
            header(v2(0x21, 0x11, ipv4(), tlv(0x20, hex("07 00000001")))).tls().verified())
        .isFalse();
    assertThat(header(v2(0x21, 0x11, ipv4())).clientTls()).isEmpty();
  }

  @Test
  void elementsWithinElementsAreReadOneLevelDeep() {
    byte[] nested = hex("01 00000000");
    for (int i = 0; i < 100; i++) {
      nested = join(hex("01 00000000"), tlv(0x20, nested));
    }
    ProxyHeader header = header(v2(0x21, 0x11, ipv4(), tlv(0x20, nested)));

    assertThat(header.tls().details()).hasSize(1);
    assertThat(header.tls().details().get(0).type()).isEqualTo(0x20);
  }

  @Test
  void aThousandElementsAreReadAndMoreThanTheMaximumIsNot() {
    byte[] thousand = new byte[3_000];
    assertThat(header(v2(0x21, 0x11, ipv4(), thousand)).tlvs()).hasSize(1_000);

    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), new byte[4_098])))
        .isInstanceOf(MalformedProxyHeaderException.class)
        .hasMessage("the PROXY header has 4098 bytes of elements, and the most are 4096");
    assertThatThrownBy(() -> header(v2(0x21, 0x11, 0xffff)))
        .as("it does not wait for what it would refuse")
        .hasMessage(
            "the PROXY header claims 65535 bytes, and the most are 4312: addresses, and 4096 bytes of"
                + " elements");
  }

  @Test
  void aChecksumIsVerified() {
    byte[] other = tlv(0x02, ascii("a.example"));
    assertThat(header(withChecksum(0)).tlvs()).hasSize(1);
    assertThat(header(withChecksum(0, other)).authority()).contains("a.example");
    assertThatThrownBy(() -> header(withChecksum(1, other)))
        .isInstanceOf(MalformedProxyHeaderException.class)
        .hasMessageStartingWith("the PROXY header's checksum is 0x");
    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), tlv(0x03, new byte[3]))))
        .hasMessage("the PROXY header's checksum has 3 bytes, not 4");
  }

  @ParameterizedTest
  @CsvSource({
    "2f11000c", // an unknown command
    "1111000c", // version 1 in binary
    "0011000c",
    "2110000c", // IPv4 over nothing
    "2113000c",
    "2141000c", // no such family
    "2101000c"
  })
  void whatIsNotDefinedIsRefused(String versionToLength) {
    byte[] bytes = join(hex(Headers.SIGNATURE), hex(versionToLength), ipv4());
    assertThatThrownBy(() -> header(bytes)).isInstanceOf(MalformedProxyHeaderException.class);
  }

  @Test
  void lengthsThatLieAreRefused() throws Exception {
    assertThatThrownBy(() -> header(v2(0x21, 0x11, 11, ipv4())))
        .hasMessage("the PROXY header has 11 bytes of addresses, and they take 12");
    assertThatThrownBy(() -> header(v2(0x21, 0x21, ipv4())))
        .hasMessage("the PROXY header has 12 bytes of addresses, and they take 36");
    byte[] six = ipv6();
    assertThatThrownBy(() -> header(v2(0x21, 0x31, six)))
        .isInstanceOf(MalformedProxyHeaderException.class);
    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), hex("02 0005 61"))))
        .hasMessage("an element of the PROXY header claims 5 bytes where 1 are left");
    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), hex("02 00"))))
        .hasMessage("the PROXY header ends in the middle of an element: 2 bytes left");
    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), tlv(0x20, hex("01 0000")))))
        .hasMessage("the PROXY header's TLS element has 3 bytes, not 5 or more");
    assertThatThrownBy(() -> header(v2(0x21, 0x11, ipv4(), tlv(0x20, hex("01 00000000 21 ffff")))))
        .isInstanceOf(MalformedProxyHeaderException.class);
  }

  @Test
  void whateverComesIsAHeaderOrMalformedOrUnfinished() {
    Random random = new Random(5);
    byte[] valid = withChecksum(0, tlv(0x20, hex("01 00000000 21 0001 61")), tlv(2, ascii("a")));
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = valid.clone();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        bytes[12 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt();
      }
      ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, random.nextInt(bytes.length + 1));
      if (Signature.of(in) == Signature.V2) {
        try {
          Parsed parsed = V2.read(in, 4096);
          assertThat(parsed == null ? PROXY : parsed.on(PROXY, LOCAL).source()).isNotNull();
        } catch (MalformedProxyHeaderException expected) {
          assertThat(expected.getMessage()).doesNotContain("\n");
        }
      }
    }
  }

  @Test
  void theFirstByteThatDiffersDecidesThatThereIsNone() {
    for (byte[] signature : new byte[][] {Signature.V1_BYTES, Signature.V2_BYTES}) {
      for (int i = 0; i < signature.length; i++) {
        ByteBuf begun = Unpooled.buffer().writeBytes(signature, 0, i);
        assertThat(Signature.of(begun)).isEqualTo(Signature.PARTIAL);
        assertThat(Signature.of(begun.writeByte('~'))).isEqualTo(Signature.NONE);
      }
    }
    assertThat(Signature.of(Unpooled.copiedBuffer(Signature.V1_BYTES))).isEqualTo(Signature.V1);
    assertThat(Signature.of(Unpooled.copiedBuffer(Signature.V2_BYTES))).isEqualTo(Signature.V2);
  }
}
