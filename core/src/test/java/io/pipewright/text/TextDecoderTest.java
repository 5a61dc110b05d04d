package io.pipewright.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.ConfigurationException;
import io.pipewright.testkit.DecoderVerifier;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextDecoderTest {

  private static final Charset GBK = Charset.forName("GBK");
  private static final Charset GB18030 = Charset.forName("GB18030");

  private static DecoderVerifier streaming(TextCodec codec, byte[] input) {
    return DecoderVerifier.of(() -> codec.newDecoder(false), input);
  }

  private static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }

  private static ByteBuf buffer(String hex) {
    return Unpooled.wrappedBuffer(hex(hex));
  }

  /** What a buffer that is a text of its own is read as. */
  private static String whole(TextCodec codec, byte[] bytes) {
    List<String> texts = new ArrayList<>();
    for (ByteBuf in :
        new ByteBuf[] {Unpooled.copiedBuffer(bytes), Unpooled.directBuffer().writeBytes(bytes)}) {
      EmbeddedChannel channel = new EmbeddedChannel(codec.newDecoder(true));
      channel.writeInbound(in);
      texts.add(channel.readInbound());
      assertThat(in.refCnt()).isZero();
      assertThat(channel.finish()).isFalse();
    }
    assertThat(texts.get(0)).isEqualTo(texts.get(1));
    return texts.get(0);
  }

  private static final class Errors extends ChannelInboundHandlerAdapter {

    private final List<Throwable> seen = new ArrayList<>();

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      seen.add(cause);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, ok 网络编程 ü🙂 | ~",
    "GBK, ok 网络编程 ü | ~",
    "GB18030, ok 网络编程 ü🙂 | ~",
    "UTF-16, ok 网络编程 ü🙂 | ~",
    "UTF-16LE, ok 网络编程 ü🙂 | ~",
    "UTF-32, ok 网络编程 ü🙂 | ~",
    "Big5, ok 網路編程 | ~",
    "Shift_JIS, ok 日本語テスト | ﾃｽﾄ",
    "EUC-KR, ok 한국어 | ~",
  })
  void charactersAreWholeWhereverReadsCutThem(String charset, String text) {
    TextCodec codec = TextCodec.of(Charset.forName(charset));
    byte[] bytes = text.getBytes(codec.charset());
    streaming(codec, bytes).yieldsInAll(text);
    streaming(codec.onBadBytes(BadBytes.REPLACE), bytes).yieldsInAll(text);
    assertThat(whole(codec, bytes)).isEqualTo(text);
  }

  @Test
  void aCharacterOfFourBytesInGb18030IsWhole() {
    byte[] bytes = hex("81308130 95328236 8431A437 61"); // U+0080, U+20000, U+FFFD, a
    streaming(TextCodec.of(GB18030), bytes).yieldsInAll("\u0080\ud840\udc00\uFFFDa");
  }

  @Test
  void anEmojiIsOnePairOfSurrogatesInOneMessage() {
    EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(false));
    channel.writeInbound(buffer("61 f0"), buffer("9f99"), buffer("82 62"));
    assertThat((String) channel.readInbound()).isEqualTo("a");
    assertThat((String) channel.readInbound()).isEqualTo("🙂b");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void theShiftStateOfIso2022JpGoesOnFromReadToRead() {
    Charset jis = Charset.forName("ISO-2022-JP");
    String text = "a日本b語c";
    assertThat(text.getBytes(jis)).startsWith(hex("61 1b2442"));
    streaming(TextCodec.of(jis), text.getBytes(jis)).yieldsInAll(text);
  }

  @Test
  void theByteOrderOfUtf16GoesOnFromReadToRead() {
    streaming(TextCodec.of(UTF_16), hex("FFFE 6100 2D4E 3DD8 4ADE 0A00")).yieldsInAll("a中🙊\n");
    streaming(TextCodec.of(UTF_16), hex("FEFF 0061 4E2D")).yieldsInAll("a中");
    streaming(TextCodec.of(UTF_16), hex("0061 4E2D")).yieldsInAll("a中");
    streaming(TextCodec.of(UTF_16LE), hex("6100 2D4E")).yieldsInAll("a中");
  }

  @Test
  void longTextIsWhole() {
    String text = "网络编程测试。".repeat(5_000);
    streaming(TextCodec.of(UTF_8), text.getBytes(UTF_8)).yieldsInAll(text);
    streaming(TextCodec.of(GBK), text.getBytes(GBK)).yieldsInAll(text);
    assertThat(whole(TextCodec.of(GBK), text.getBytes(GBK))).isEqualTo(text);
  }

  @Test
  void badBytesAreReplacedWhereverReadsCutThem() {
    TextCodec utf8 = TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE);
    byte[] bytes = hex("61 ff 62 e4b8 63 c0af eda080 f0 64 0a");
    String text = new String(bytes, UTF_8);
    assertThat(text).startsWith("a\uFFFDb\uFFFDc\uFFFD").endsWith("\uFFFDd\n");
    streaming(utf8, bytes).yieldsInAll(text);
    assertThat(whole(utf8, bytes)).isEqualTo(text);
    TextCodec gbk = TextCodec.of(GBK).onBadBytes(BadBytes.REPLACE);
    byte[] bad = hex("61 ff 62 d620 63 8130 d6d0");
    streaming(gbk, bad).yieldsInAll(new String(bad, GBK));
  }

  @Test
  void badBytesEndTheConnectionWhereverReadsCutThem() {
    for (String bytes : new String[] {"61 ff 0a", "61 e441 0a", "61 c0af 0a", "61 eda080 0a"}) {
      EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(false));
      Errors errors = new Errors();
      channel.pipeline().addLast(errors);
      for (byte b : hex(bytes)) {
        if (channel.isOpen()) {
          channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
        }
      }
      assertThat((String) channel.readInbound()).isEqualTo("a");
      assertThat(errors.seen).singleElement().isInstanceOf(MalformedTextException.class);
      assertThat(channel.isOpen()).isFalse();
      assertThat(channel.finish()).isFalse();
    }
    streaming(TextCodec.of(US_ASCII), hex("61 ff")).fails(MalformedTextException.class, "a");
    streaming(TextCodec.of(UTF_8), hex("61 ff 61")).fails(MalformedTextException.class, "a");
  }

  @Test
  void whatFollowsBadBytesIsReleasedUnseen() {
    EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(false));
    Errors errors = new Errors();
    channel.pipeline().addLast(errors);
    ByteBuf next = buffer("62");
    channel.writeInbound(buffer("ff"), next);
    assertThat(channel.inboundMessages()).isEmpty();
    assertThat(next.refCnt()).isZero();
    assertThat(errors.seen)
        .singleElement()
        .isInstanceOfSatisfying(
            MalformedTextException.class, e -> assertThat(e.charset()).isEqualTo(UTF_8))
        .extracting(Throwable::getMessage)
        .isEqualTo("the bytes FF are no UTF-8 text");
  }

  @Test
  void inAFrameACharacterCutAtItsEndIsBadBytes() {
    byte[] cut = hex("61 e4b8");
    assertThat(whole(TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE), cut)).isEqualTo("a\uFFFD");
    EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(true));
    Errors errors = new Errors();
    channel.pipeline().addLast(errors);
    channel.writeInbound(Unpooled.wrappedBuffer(cut), buffer("61"));
    assertThat(channel.inboundMessages())
        .as("nor is the frame's beginning a text")
        .isEmpty();
    assertThat(errors.seen)
        .singleElement()
        .isInstanceOf(MalformedTextException.class)
        .extracting(Throwable::getMessage)
        .isEqualTo("the text ends within a character of UTF-8, after the bytes E4 B8");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anEmptyFrameIsAnEmptyText() {
    EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(true));
    channel.writeInbound(Unpooled.buffer(), buffer("61"));
    assertThat((String) channel.readInbound()).isEmpty();
    assertThat((String) channel.readInbound()).isEqualTo("a");
    channel.finish();
  }

  @Test
  void aReplacementCharacterThatThePeerHasSentIsText() {
    assertThat(whole(TextCodec.of(UTF_8), hex("61 efbfbd 62"))).isEqualTo("a\uFFFDb");
    streaming(TextCodec.of(UTF_8), hex("61 efbfbd 62")).yieldsInAll("a\uFFFDb");
    streaming(TextCodec.of(GB18030), hex("61 8431A437 62")).yieldsInAll("a\uFFFDb");
  }

  @Test
  void anEndOfInputWithinACharacterIsBadBytesOnce() {
    for (boolean halfClose : new boolean[] {true, false}) {
      EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(false));
      Errors errors = new Errors();
      channel.pipeline().addLast(errors);
      channel.writeInbound(buffer("61 e4b8"));
      if (halfClose) {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(channel.isOpen()).isFalse();
      }
      channel.finishAndReleaseAll();
      assertThat(errors.seen).singleElement().isInstanceOf(MalformedTextException.class);
    }
  }

  @Test
  void anEndOfInputWithinACharacterIsReplacedOnce() {
    EmbeddedChannel channel =
        new EmbeddedChannel(TextCodec.of(GBK).onBadBytes(BadBytes.REPLACE).newDecoder(false));
    channel.writeInbound(buffer("61 d6"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat((String) channel.readInbound()).isEqualTo("a");
    assertThat((String) channel.readInbound()).isEqualTo("\uFFFD");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void everySingleByteIsLatin1() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    streaming(TextCodec.of(ISO_8859_1), all).yieldsInAll(new String(all, ISO_8859_1));
  }

  @Test
  void theBytesOfACutCharacterGoOnWhenTheDecoderIsRemoved() {
    EmbeddedChannel channel = new EmbeddedChannel(TextCodec.of(UTF_8).newDecoder(false));
    channel.writeInbound(buffer("61 e4b8"));
    channel.pipeline().removeFirst();
    assertThat((String) channel.readInbound()).isEqualTo("a");
    ByteBuf rest = channel.readInbound();
    assertThat(rest).isEqualTo(buffer("e4b8"));
    rest.release();
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void aReaderOnDemandGetsATextForEachReadItAsksFor() {
    AtomicInteger reads = new AtomicInteger();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAutoRead(false);
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext ctx) {
                reads.incrementAndGet();
                ctx.read();
              }
            },
            TextCodec.of(UTF_8).newDecoder(false));
    channel.writeInbound(buffer("e4b8"));
    assertThat(reads).hasValue(1);
    channel.writeInbound(buffer("ad"));
    assertThat(reads).hasValue(1);
    assertThat((String) channel.readInbound()).isEqualTo("中");
    channel.finish();
  }

  @Test
  void messagesThatAreNoBuffersPass() {
    EmbeddedChannel channel = new EmbeddedChannel(
        TextCodec.of(UTF_8).newDecoder(false), TextCodec.of(UTF_8).newDecoder(true));
    channel.writeInbound(42);
    assertThat((Integer) channel.readInbound()).isEqualTo(42);
    channel.finish();
  }

  @Test
  void aCharsetThatCanOnlyBeReadIsRefused() {
    Charset readOnly = Charset.forName("x-JISAutoDetect");
    assertThatThrownBy(() -> TextCodec.of(readOnly))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("charset: x-JISAutoDetect can be read, not written");
  }

  @Test
  void describesItself() {
    assertThat(TextCodec.of(UTF_8)).hasToString("UTF-8, bad bytes close");
    assertThat(TextCodec.of(GBK).onBadBytes(BadBytes.REPLACE))
        .hasToString("GBK, bad bytes are replaced");
  }
}
