package io.pipewright.proxy;

import static io.pipewright.proxy.Headers.ascii;
import static io.pipewright.proxy.Headers.hex;
import static io.pipewright.proxy.Headers.ipv4;
import static io.pipewright.proxy.Headers.join;
import static io.pipewright.proxy.Headers.tlv;
import static io.pipewright.proxy.Headers.v2;
import static io.pipewright.proxy.Headers.v2Ipv4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import io.pipewright.proxy.ProxyProtocol.Mode;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHandlerTest {

  private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 5_000);
  private static final String CLIENT = "/203.0.113.7:56324";
  private static final byte[] V1_LINE = ascii("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n");

  /** What the handlers behind hear, and the address that the channel says then. */
  private final List<String> heard = new ArrayList<>();

  private final class Witness extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      heard.add("active " + ctx.channel().remoteAddress());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      heard.add(((ByteBuf) message).toString(StandardCharsets.ISO_8859_1));
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      heard.add("complete");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      heard.add(event instanceof String text ? text : "end of input");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      heard.add("inactive " + ctx.channel().remoteAddress());
    }
  }

  private static final class Connection extends EmbeddedChannel {

    Connection() {
      super(null, DefaultChannelId.newInstance(), false, false);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return PROXY;
    }

    @Override
    protected SocketAddress localAddress0() {
      return new InetSocketAddress("10.0.0.2", 80);
    }
  }

  private static ProxyProtocol protocol(Mode mode, String trusted) {
    return ProxyProtocol.builder()
        .mode(mode)
        .trust(CidrSet.parse(trusted))
        .headerTimeout(Duration.ofSeconds(5))
        .build();
  }

  private EmbeddedChannel connect(ProxyProtocol protocol) throws Exception {
    EmbeddedChannel channel = new Connection();
    channel.register();
    channel.freezeTime();
    channel.pipeline().addLast(protocol.newHandler(), new Witness());
    channel.pipeline().fireChannelActive();
    return channel;
  }

  private static void send(EmbeddedChannel channel, byte[] bytes) {
    if (channel.isOpen()) {
      channel
          .pipeline()
          .fireChannelRead(PooledByteBufAllocator.DEFAULT.buffer().writeBytes(bytes))
          .fireChannelReadComplete();
      channel.runPendingTasks();
    }
  }

  private static void sendByteByByte(EmbeddedChannel channel, byte[] bytes) {
    for (byte one : bytes) {
      send(channel, new byte[] {one});
    }
  }

  private String data() {
    return String.join(
        "",
        heard.stream()
            .filter(what -> !what.startsWith("active") && !what.equals("complete"))
            .toList());
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theClientsAddressIsKnownBeforeAnybodyHears(Mode mode) throws Exception {
    for (byte[] header : new byte[][] {V1_LINE, v2Ipv4()}) {
      heard.clear();
      ProxyProtocol protocol = protocol(mode, "10.0.0.0/8");
      EmbeddedChannel channel = connect(protocol);
      assertThat(heard).isEmpty();

      send(channel, join(header, ascii("hello")));

      assertThat(heard).containsExactly("active " + CLIENT, "hello", "complete");
      assertThat(channel.pipeline().get(ProxyHandler.class)).isNull();
      assertThat(ProxyHeader.of(channel)).hasValueSatisfying(said -> {
        assertThat(said.proxy()).isEqualTo(PROXY);
        assertThat(said.destination()).hasToString("/192.0.2.1:443");
      });
      assertThat(channel.toString()).contains(CLIENT.substring(1)).doesNotContain("10.0.0.1");
      assertThat(protocol.headers()).isEqualTo(1);
      channel.close();
      assertThat(heard).last().isEqualTo("inactive " + CLIENT);
    }
  }

  @Test
  void aHeaderMayComeInAnyPieces() throws Exception {
    for (byte[] header :
        new byte[][] {V1_LINE, v2Ipv4(), v2(0x21, 0x11, ipv4(), tlv(0xe0, new byte[3_000]))}) {
      byte[] all = join(header, ascii("hello"));
      for (int cut = 1; cut < Math.min(all.length, 120); cut++) {
        heard.clear();
        EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
        send(channel, java.util.Arrays.copyOf(all, cut));
        send(channel, java.util.Arrays.copyOfRange(all, cut, all.length));
        assertThat(heard.get(0)).isEqualTo("active " + CLIENT);
        assertThat(data()).isEqualTo("hello");
        channel.close();
      }
      heard.clear();
      EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
      sendByteByByte(channel, all);
      assertThat(heard.get(0)).isEqualTo("active " + CLIENT);
      assertThat(data()).isEqualTo("hello");
      channel.close();
    }
  }

  @Test
  void aHeaderAloneMakesTheConnectionActive() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));

    send(channel, v2Ipv4());

    assertThat(heard).containsExactly("active " + CLIENT, "complete");
    channel.close();
  }

  @Test
  void aHeaderWithinTheStreamIsData() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.OPTIONAL, "10.0.0.1"));
    send(channel, join(V1_LINE, V1_LINE));

    assertThat(data()).isEqualTo(new String(V1_LINE, StandardCharsets.ISO_8859_1));
    channel.close();
  }

  @Test
  void theProxyItselfAndAnUnknownClientKeepTheProxysAddress() throws Exception {
    for (byte[] header : new byte[][] {v2(0x20, 0), v2(0x21, 0), ascii("PROXY UNKNOWN\r\n")}) {
      heard.clear();
      EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
      send(channel, header);
      assertThat(heard.get(0)).isEqualTo("active " + PROXY);
      channel.close();
    }
  }

  @Test
  void whoIsNotTrustedIsClosedUnreadWhereAHeaderIsRequired() throws Exception {
    ProxyProtocol protocol = protocol(Mode.REQUIRED, "192.0.2.0/24");
    EmbeddedChannel channel = connect(protocol);

    assertThat(channel.isOpen()).isFalse();
    assertThat(heard).isEmpty();
    assertThat(protocol.refused()).containsEntry(ProxyRefusal.UNTRUSTED, 1L);
    assertThat(protocol.headers()).isZero();
  }

  @Test
  void aForgedHeaderOfWhoIsNotTrustedIsDataWhereItIsOptional() throws Exception {
    ProxyProtocol protocol = protocol(Mode.OPTIONAL, "192.0.2.0/24");
    EmbeddedChannel channel = connect(protocol);
    assertThat(heard).as("served at once").containsExactly("active " + PROXY);

    send(channel, V1_LINE);

    assertThat(data()).isEqualTo(new String(V1_LINE, StandardCharsets.ISO_8859_1));
    assertThat(ProxyHeader.of(channel)).isEmpty();
    assertThat(protocol.headers()).isZero();
    channel.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "PR!", "PROXYING", "\r\n\r\nx", "\r\r", "\n", "PROXy "})
  void dataThatCannotBeAHeaderIsPassedOnAtTheFirstByteThatDiffers(String text) throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.OPTIONAL, "10.0.0.1"));
    sendByteByByte(channel, ascii(text));

    assertThat(heard.get(0)).isEqualTo("active " + PROXY);
    assertThat(data()).isEqualTo(text);
    channel.close();

    ProxyProtocol required = protocol(Mode.REQUIRED, "10.0.0.1");
    EmbeddedChannel refused = connect(required);
    sendByteByByte(refused, ascii(text));
    assertThat(refused.isOpen()).isFalse();
    assertThat(required.refused()).containsEntry(ProxyRefusal.MALFORMED, 1L);
  }

  @Test
  void aSilentPeerIsServedAfterTheTimeoutWhereItIsOptional() throws Exception {
    for (String begun : List.of("", "PRO", "\r\n\r\n")) {
      heard.clear();
      EmbeddedChannel channel = connect(protocol(Mode.OPTIONAL, "10.0.0.1"));
      sendByteByByte(channel, ascii(begun));
      channel.advanceTimeBy(4_999, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      assertThat(heard).isEmpty();

      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();

      assertThat(heard.get(0)).isEqualTo("active " + PROXY);
      assertThat(heard).last().isEqualTo("complete");
      assertThat(data()).isEqualTo(begun);
      channel.close();
    }
  }

  @Test
  void aHeaderThatIsNotCompleteInTimeEndsTheConnection() throws Exception {
    for (Mode mode : Mode.values()) {
      for (byte[] begun : new byte[][] {ascii("PROXY TCP4"), hex(Headers.SIGNATURE + "2111")}) {
        ProxyProtocol protocol = protocol(mode, "10.0.0.1");
        EmbeddedChannel channel = connect(protocol);
        send(channel, begun);
        channel.advanceTimeBy(5, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(protocol.refused()).containsEntry(ProxyRefusal.TIMED_OUT, 1L);
        assertThat(heard).isEmpty();
      }
    }
  }

  @Test
  void theTimeoutIsOverOnceTheHeaderIsRead() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
    send(channel, v2Ipv4());
    channel.advanceTimeBy(5, TimeUnit.MINUTES);
    channel.runScheduledPendingTasks();

    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @Test
  void anEndInTheMiddleOfAHeaderEndsTheConnection() throws Exception {
    for (Mode mode : Mode.values()) {
      ProxyProtocol protocol = protocol(mode, "10.0.0.1");
      EmbeddedChannel half = connect(protocol);
      send(half, ascii("PROXY TCP4 1."));
      half.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      assertThat(half.isOpen()).isFalse();

      EmbeddedChannel gone = connect(protocol);
      sendByteByByte(gone, ascii("PROXY TCP4 1."));
      gone.close();

      assertThat(protocol.refused()).containsEntry(ProxyRefusal.TRUNCATED, 2L);
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void dataThatEndsWithinASignatureIsDataWhereItIsOptional() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.OPTIONAL, "10.0.0.1"));
    send(channel, ascii("PRO"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

    assertThat(heard).containsExactly("active " + PROXY, "PRO", "complete", "end of input");
    channel.close();
  }

  @Test
  void eventsWaitUntilTheConnectionIsActive() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
    channel.pipeline().fireUserEventTriggered("drain");
    assertThat(heard).isEmpty();

    send(channel, v2Ipv4());

    assertThat(heard).containsExactly("active " + CLIENT, "drain", "complete");
    channel.close();
  }

  @Test
  void whatComesAfterARefusalReachesNobodyAndIsReleased() throws Exception {
    EmbeddedChannel channel = connect(protocol(Mode.REQUIRED, "10.0.0.1"));
    List<String> asked = new ArrayList<>();
    channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
      @Override
      public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        asked.add("close"); // which takes its time
      }
    });
    send(channel, v2(0x21, 0x99, ipv4()));
    assertThat(asked).containsExactly("close");
    ByteBuf late = PooledByteBufAllocator.DEFAULT.buffer().writeBytes(ascii("late"));

    channel.pipeline().fireChannelRead(late).fireChannelReadComplete();

    assertThat(late.refCnt()).isZero();
    assertThat(heard).isEmpty();
    channel.unsafe().closeForcibly();
  }

  @Test
  void withoutAutoReadTheHeaderIsReadAndNothingElseIsAskedFor() throws Exception {
    List<String> asked = new ArrayList<>();
    EmbeddedChannel channel = new Connection();
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
      @Override
      public void read(ChannelHandlerContext ctx) {
        asked.add("read");
        ctx.read();
      }
    });
    channel.pipeline().addLast(protocol(Mode.REQUIRED, "10.0.0.1").newHandler(), new Witness());
    channel.register();
    assertThat(asked).hasSize(1);
    send(channel, ascii("PROXY "));
    assertThat(asked).hasSize(2);
    send(channel, ascii("UNKNOWN\r\n"));
    assertThat(asked).as("the handlers behind ask from here on").hasSize(2);
    channel.close();
  }

  @Test
  void aUnixPeerIsTrustedIfAllAre() throws Exception {
    EmbeddedChannel unix = new EmbeddedChannel(); // neither address is one of IP
    assertThat(protocol(Mode.REQUIRED, "0.0.0.0/0").trusts(unix)).isFalse();
    assertThat(ProxyProtocol.builder().trustUnix(true).build().trusts(unix)).isTrue();
    unix.close();
  }

  @Test
  void whatCannotBeIsSaidWithTheField() {
    assertThatThrownBy(() -> ProxyProtocol.builder().build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "trust: name the networks of the proxies; whoever is trusted can claim any address");
    assertThatThrownBy(() -> ProxyProtocol.builder().headerTimeout(Duration.ZERO))
        .hasMessage("headerTimeout: must be 1 ms to 1 h, not PT0S");
    assertThatThrownBy(() -> ProxyProtocol.builder().maxTlvBytes(65_320))
        .hasMessage("maxTlvBytes: must be 0 to 65319, not 65320");
    assertThat(ProxyProtocol.builder()
            .trust(Cidr.parse("10.0.0.0/8"))
            .trustUnix(true)
            .build())
        .hasToString("PROXY header required from 10.0.0.0/8, unix");
  }
}
