package io.pipewright.proxy;

import static io.pipewright.proxy.Headers.ascii;
import static io.pipewright.proxy.Headers.ipv4;
import static io.pipewright.proxy.Headers.ipv6;
import static io.pipewright.proxy.Headers.v2;
import static io.pipewright.proxy.Headers.v2Ipv4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.pipewright.ConfigurationException;
import io.pipewright.proxy.ProxyHeader.Origin;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProxyWritingTest {

  private static final InetSocketAddress SOURCE = new InetSocketAddress("203.0.113.7", 56_324);
  private static final InetSocketAddress DESTINATION = new InetSocketAddress("192.0.2.1", 443);

  private static byte[] written(ProxyWriting writing, SocketAddress local, SocketAddress remote) {
    ByteBuf out = Unpooled.buffer();
    writing.write(local, remote, out);
    return ByteBufUtil.getBytes(out);
  }

  private static String text(ProxyWriting writing, SocketAddress local, SocketAddress remote) {
    return new String(written(writing, local, remote), StandardCharsets.US_ASCII);
  }

  @Test
  void theSocketsOwnAddressesAreWrittenUnlessOthersAreGiven() {
    assertThat(text(ProxyProtocol.writing(1), SOURCE, DESTINATION))
        .isEqualTo("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n");
    assertThat(written(ProxyProtocol.writing(2), SOURCE, DESTINATION)).isEqualTo(v2Ipv4());
    assertThat(text(
            ProxyProtocol.writing(1)
                .source(new InetSocketAddress("198.51.100.9", 1))
                .destination(new InetSocketAddress("198.51.100.10", 2)),
            SOURCE,
            DESTINATION))
        .isEqualTo("PROXY TCP4 198.51.100.9 198.51.100.10 1 2\r\n");
  }

  @Test
  void ipv6AndMixedFamiliesAreWrittenAsIpv6() throws Exception {
    InetSocketAddress six = new InetSocketAddress("2001:db8::7", 56_324);
    assertThat(written(ProxyProtocol.writing(2), six, new InetSocketAddress("2001:db8::1", 443)))
        .isEqualTo(v2(0x21, 0x21, ipv6()));
    assertThat(text(ProxyProtocol.writing(1), six, DESTINATION))
        .isEqualTo("PROXY TCP6 2001:db8::7 ::ffff:192.0.2.1 56324 443\r\n");
    byte[] mixed = written(ProxyProtocol.writing(2), six, DESTINATION);
    Parsed parsed = V2.read(Unpooled.wrappedBuffer(mixed), 0);
    assertThat(parsed.destination()).isEqualTo(DESTINATION);
  }

  @Test
  void aMappedAddressIsWrittenAsIpv4() throws Exception {
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xff;
    System.arraycopy(SOURCE.getAddress().getAddress(), 0, bytes, 12, 4);
    InetAddress mapped = Inet6Address.getByAddress(null, bytes, 0);

    assertThat(
            written(ProxyProtocol.writing(2), new InetSocketAddress(mapped, 56_324), DESTINATION))
        .isEqualTo(v2(0x21, 0x11, ipv4()));
  }

  @Test
  void whereThereIsNoIpAddressItIsNotKnown() {
    DomainSocketAddress unix = new DomainSocketAddress("/tmp/x");
    assertThat(text(ProxyProtocol.writing(1), unix, unix)).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(written(ProxyProtocol.writing(2).authority("a"), unix, unix)).isEqualTo(v2(0x21, 0));
    assertThat(written(ProxyProtocol.writing(2).checksum(), unix, unix)).isEqualTo(v2(0x21, 0));
  }

  @Test
  void whoSpeaksForItselfSaysSo() {
    assertThat(written(ProxyProtocol.writing(2).local(), SOURCE, DESTINATION))
        .isEqualTo(v2(0x20, 0));
    assertThat(text(ProxyProtocol.writing(1).local(), SOURCE, DESTINATION))
        .isEqualTo("PROXY UNKNOWN\r\n");
  }

  @Test
  void elementsAndChecksumAreReadBack() {
    byte[] bytes = written(
        ProxyProtocol.writing(2).authority("a.example").checksum().alpn("h2").uniqueId(new byte[] {
          1, 2
        }),
        SOURCE,
        DESTINATION);
    ProxyHeader header = V2.read(Unpooled.wrappedBuffer(bytes), 4096).on(DESTINATION, DESTINATION);

    assertThat(header.origin()).isEqualTo(Origin.CLIENT);
    assertThat(header.source()).isEqualTo(SOURCE);
    assertThat(header.authority()).contains("a.example");
    assertThat(header.alpn()).contains("h2");
    assertThat(header.uniqueId().orElseThrow()).containsExactly(1, 2);
    assertThat(header.tlvs().get(1).value()).isNotEqualTo(new byte[4]);

    bytes[20] ^= 1;
    assertThatThrownBy(() -> V2.read(Unpooled.wrappedBuffer(bytes), 4096))
        .isInstanceOf(MalformedProxyHeaderException.class);
  }

  @Test
  void theHeaderLeavesFirstWhoeverWritesFirst() {
    EmbeddedChannel channel = new EmbeddedChannel(
        ProxyProtocol.writing(1).source(SOURCE).destination(DESTINATION).newHandler(),
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
          }
        });

    ByteBuf all = Unpooled.buffer();
    for (ByteBuf one = channel.readOutbound(); one != null; one = channel.readOutbound()) {
      all.writeBytes(one);
      one.release();
    }
    assertThat(all)
        .isEqualTo(
            Unpooled.wrappedBuffer(ascii("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\nhello")));
    assertThat(channel.pipeline().get(ProxyWriter.class)).isNull();
    channel.finish();
  }

  @Test
  void whatCannotBeIsSaidWithTheField() {
    assertThatThrownBy(() -> ProxyProtocol.writing(3))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("version: must be 1 or 2, not 3");
    assertThatThrownBy(() -> ProxyProtocol.writing(1).authority("a"))
        .hasMessage("version: only version 2 has elements");
    assertThatThrownBy(() -> ProxyProtocol.writing(2).uniqueId(new byte[129]))
        .hasMessage("uniqueId: has at most 128 bytes, not 129");
    assertThatThrownBy(() ->
            ProxyProtocol.writing(2).source(InetSocketAddress.createUnresolved("localhost", 1)))
        .hasMessage("source: must be an IP address and a port, not the name localhost");
    assertThatThrownBy(() -> ProxyProtocol.writing(2).tlv(0xe0, new byte[65_500]))
        .hasMessage("tlv: all elements take at most 65499 bytes, not 65503");
  }
}
