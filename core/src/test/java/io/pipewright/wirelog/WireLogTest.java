package io.pipewright.wirelog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.CapturedLog;
import io.pipewright.ConfigurationException;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class WireLogTest {

  private static final String LOGGER = "io.pipewright.wire.test";

  private static final class Connection extends EmbeddedChannel {

    Connection(ChannelHandler handler) {
      super(handler);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return address("127.0.0.1", 5000);
    }
  }

  private static InetSocketAddress address(String ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(ip), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private static String id(EmbeddedChannel channel) {
    return channel.id().asShortText();
  }

  @Test
  void everythingThatCrossesTheWireIsOneLine() {
    try (CapturedLog captured = CapturedLog.of(LOGGER, Level.DEBUG)) {
      Connection channel = new Connection(WireLog.named("test").newHandler());
      channel.writeInbound(buffer("hello\n"));
      channel.writeOutbound(buffer("网络\0"));
      channel.writeOutbound(new DefaultFileRegion(new File("never-opened"), 10, 1_048_576));
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      channel.pipeline().fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE);
      channel.finishAndReleaseAll();
      String connection = "[" + id(channel) + " 127.0.0.1:5000] ";
      assertThat(captured.lines())
          .containsExactly(
              connection + "OPEN",
              connection + "READ 6 bytes \"hello\\n\"",
              connection + "WRITE 7 bytes \"网络\\x00\"",
              connection + "WRITE 1048576 bytes of a file",
              connection + "INPUT CLOSED",
              connection + "OUTPUT CLOSED",
              connection + "CLOSED");
    }
  }

  @Test
  void datagramsAreLoggedWithTheirAddresses() {
    try (CapturedLog captured = CapturedLog.of(LOGGER, Level.DEBUG)) {
      EmbeddedChannel channel = new EmbeddedChannel(WireLog.named("test").newHandler());
      InetSocketAddress here = address("127.0.0.1", 7788);
      channel.writeInbound(new DatagramPacket(buffer("ping"), here, address("::1", 1234)));
      channel.writeOutbound(new DatagramPacket(buffer("pong"), address("10.1.2.3", 1234), here));
      channel.finishAndReleaseAll();
      assertThat(captured.lines())
          .anyMatch(line -> line.endsWith("] READ 4 bytes from [::1]:1234 \"ping\""))
          .anyMatch(line -> line.endsWith("] WRITE 4 bytes to 10.1.2.3:1234 \"pong\""));
    }
  }

  @Test
  void otherMessagesAreNamed() {
    try (CapturedLog captured = CapturedLog.of(LOGGER, Level.DEBUG)) {
      EmbeddedChannel channel = new EmbeddedChannel(WireLog.named("test").newHandler());
      channel.writeInbound("te\txt");
      channel.writeInbound(42);
      channel.finishAndReleaseAll();
      assertThat(captured.lines())
          .anyMatch(line -> line.endsWith("] READ 5 characters \"te\\txt\""))
          .anyMatch(line -> line.endsWith("] READ java.lang.Integer"));
    }
  }

  @Test
  void longMessagesAreBounded() {
    try (CapturedLog captured = CapturedLog.of(LOGGER, Level.DEBUG)) {
      WireLog log = WireLog.named("test").maxBytes(5);
      EmbeddedChannel channel = new EmbeddedChannel(log.newHandler());
      channel.writeInbound(buffer("hello, world"));
      channel.finishAndReleaseAll();
      assertThat(captured.lines())
          .anyMatch(line -> line.endsWith("READ 12 bytes \"hello… (7 bytes more)\""));
    }
  }

  @Test
  void messagesPassUnchangedWhetherTheLogIsOnOrOff() {
    for (Level level : List.of(Level.DEBUG, Level.INFO)) {
      try (CapturedLog captured = CapturedLog.of(LOGGER, level)) {
        EmbeddedChannel channel = new EmbeddedChannel(WireLog.named("test").newHandler());
        ByteBuf in = buffer("in");
        ByteBuf out = buffer("out");
        channel.writeInbound(in);
        channel.writeOutbound(out);
        assertThat((ByteBuf) channel.readInbound()).isSameAs(in).isEqualTo(buffer("in"));
        assertThat((ByteBuf) channel.readOutbound()).isSameAs(out).isEqualTo(buffer("out"));
        assertThat(in.release()).isTrue();
        assertThat(out.release()).isTrue();
        channel.finish();
        assertThat(captured.lines()).hasSize(level == Level.DEBUG ? 4 : 0);
      }
    }
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> WireLog.named(" ")).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> WireLog.named("test").maxBytes(-1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxBytes: must be 0 or more, not -1");
    assertThat(WireLog.named("test").maxBytes(0).loggerName()).isEqualTo(LOGGER);
    assertThat(WireLog.named("test"))
        .hasToString("io.pipewright.wire.test at DEBUG, at most 256 bytes an event");
  }
}
