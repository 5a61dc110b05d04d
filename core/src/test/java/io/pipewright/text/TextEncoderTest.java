package io.pipewright.text;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextEncoderTest {

  private static final Charset GBK = Charset.forName("GBK");

  private static byte[] next(EmbeddedChannel channel, CharSequence text) {
    channel.writeOutbound(text);
    ByteBuf out = channel.readOutbound();
    byte[] bytes = ByteBufUtil.getBytes(out);
    out.release();
    return bytes;
  }

  private static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }

  private static EmbeddedChannel encoder(TextCodec codec) {
    return new EmbeddedChannel(codec.newEncoder());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTF-8",
        "GBK",
        "GB18030",
        "UTF-16LE",
        "Big5",
        "Shift_JIS",
        "ISO-2022-JP",
        "US-ASCII"
      })
  void textIsWrittenAsTheJdkWritesIt(String charset) {
    Charset cs = Charset.forName(charset);
    String text = charset.equals("US-ASCII") ? "what? ok" : "what? 日本中文 ok";
    EmbeddedChannel channel = encoder(TextCodec.of(cs));
    for (String each : new String[] {text, "", text.repeat(500), text}) {
      assertThat(next(channel, each)).isEqualTo(each.getBytes(cs));
      assertThat(next(channel, CharBuffer.wrap(each))).isEqualTo(each.getBytes(cs));
    }
    channel.finish();
  }

  @Test
  void everyPlaneOfUnicodeIsWritten() {
    String text = "a\u00fc\u4e2d🙂?";
    for (String charset : new String[] {"UTF-8", "GB18030", "UTF-16BE"}) {
      EmbeddedChannel channel = encoder(TextCodec.of(Charset.forName(charset)));
      assertThat(next(channel, text)).isEqualTo(text.getBytes(Charset.forName(charset)));
      channel.finish();
    }
  }

  @Test
  void aByteOrderMarkComesBeforeTheFirstTextAlone() {
    EmbeddedChannel channel = encoder(TextCodec.of(UTF_16));
    assertThat(next(channel, "")).isEmpty();
    assertThat(next(channel, "a")).isEqualTo(hex("FEFF 0061"));
    assertThat(next(channel, "中")).isEqualTo(hex("4E2D"));
    assertThat(next(channel, "b")).isEqualTo(hex("0062"));
    channel.finish();
    EmbeddedChannel little = encoder(TextCodec.of(Charset.forName("x-UTF-16LE-BOM")));
    assertThat(next(little, "a")).isEqualTo(hex("FFFE 6100"));
    assertThat(next(little, "a")).isEqualTo(hex("6100"));
    little.finish();
  }

  @Test
  void eachTextOfIso2022JpEndsInAscii() {
    EmbeddedChannel channel = encoder(TextCodec.of(Charset.forName("ISO-2022-JP")));
    assertThat(next(channel, "日")).isEqualTo(hex("1b2442 467c 1b2842"));
    assertThat(next(channel, "日")).isEqualTo(hex("1b2442 467c 1b2842"));
    channel.finish();
  }

  @Test
  void whatTheCharsetLacksFailsThePromiseAndClosesTheConnection() {
    assertThat(refusal(TextCodec.of(GBK), "ok? 🙂"))
        .hasMessage("the character U+1F642 cannot be written in GBK");
    assertThat(refusal(TextCodec.of(UTF_8), "half? \ud83d"))
        .hasMessage("the character U+D83D cannot be written in UTF-8");
    assertThat(refusal(TextCodec.of(UTF_8), "\ude42\ud83d half?"))
        .hasMessage("the character U+DE42 cannot be written in UTF-8");
    assertThat(refusal(TextCodec.of(GBK), "half \ud83d"))
        .hasMessage("the character U+D83D cannot be written in GBK");
  }

  private static Throwable refusal(TextCodec codec, String text) {
    EmbeddedChannel channel = encoder(codec);
    ChannelFuture write = channel.writeAndFlush(text);
    assertThat(write.cause()).isInstanceOf(MalformedTextException.class);
    assertThat(channel.outboundMessages()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
    return write.cause();
  }

  @Test
  void whatTheCharsetLacksIsReplacedWhenToldTo() {
    EmbeddedChannel gbk = encoder(TextCodec.of(GBK).onBadBytes(BadBytes.REPLACE));
    assertThat(next(gbk, "a🙂b\ud83d")).isEqualTo("a?b?".getBytes(GBK));
    gbk.finish();
    EmbeddedChannel utf8 = encoder(TextCodec.of(UTF_8).onBadBytes(BadBytes.REPLACE));
    assertThat(next(utf8, "a\ud83db")).isEqualTo("a?b".getBytes(UTF_8));
    utf8.finish();
  }

  @Test
  void aTerminatorStillFitsBehindTheText() {
    for (TextCodec codec : new TextCodec[] {TextCodec.of(UTF_8), TextCodec.of(GBK)}) {
      EmbeddedChannel channel = encoder(codec);
      for (int length : new int[] {0, 1, 100, 2_000}) {
        channel.writeOutbound("中".repeat(length));
        ByteBuf out = channel.readOutbound();
        assertThat(out.isWritable(2)).isTrue();
        out.release();
      }
      channel.finish();
    }
  }

  @Test
  void messagesThatAreNoTextPass() {
    EmbeddedChannel channel = encoder(TextCodec.of(UTF_8));
    ByteBuf raw = Unpooled.wrappedBuffer(new byte[] {1});
    channel.writeOutbound(raw);
    assertThat((ByteBuf) channel.readOutbound()).isSameAs(raw);
    raw.release();
    channel.finish();
  }
}
