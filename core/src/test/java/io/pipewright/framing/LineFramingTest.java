package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.buffer;
import static io.pipewright.framing.FramingTesting.decoder;
import static io.pipewright.framing.FramingTesting.decoding;
import static io.pipewright.framing.FramingTesting.encoded;
import static io.pipewright.framing.FramingTesting.inbound;
import static io.pipewright.framing.FramingTesting.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.FramingTesting.Errors;
import org.junit.jupiter.api.Test;

class LineFramingTest {

  @Test
  void lfAndCrlfEndALine() {
    decoding(Framing.lines(), "one\ntwo\r\n\n\r\nlast\n").yields("one", "two", "", "", "last");
  }

  @Test
  void aCarriageReturnThatNoLineFeedFollowsIsContent() {
    decoding(Framing.lines(), "a\rb\n\r\r\nc\r\r\n").yields("a\rb", "\r", "c\r");
  }

  @Test
  void framesCarryTheirTerminatorWhenToldTo() {
    decoding(Framing.lines().keepTerminator(), "one\ntwo\r\n\n").yields("one\n", "two\r\n", "\n");
  }

  @Test
  void longLinesAreCutFromManyReads() {
    String line = "0123456789".repeat(6_000);
    decoding(Framing.lines(), line + "\n" + line + "\r\n").yields(line, line);
  }

  @Test
  void aLineOfExactlyTheMaximumPassesWithEitherTerminator() {
    Framing framing = Framing.lines().maxLength(5);
    decoding(framing, "12345\n").yields("12345");
    decoding(framing, "12345\r\n").yields("12345");
    decoding(framing, "1234\r\r\n").yields("1234\r");
    decoding(Framing.lines().maxLength(5).keepTerminator(), "12345\r\n").yields("12345\r\n");
  }

  @Test
  void aLineOfOneByteMoreIsRefusedWithEitherTerminator() {
    Framing framing = Framing.lines().maxLength(5);
    decoding(framing, "ok\n123456\n").fails(FrameTooLongException.class, "ok");
    decoding(framing, "ok\n123456\r\n").fails(FrameTooLongException.class, "ok");
    decoding(framing, "ok\n12345\r\r\n").fails(FrameTooLongException.class, "ok");
    decoding(framing, "ok\n123456").fails(FrameTooLongException.class, "ok");
  }

  @Test
  void aLineTooLongInOneReadSaysHowLongItIsAndClosesTheConnection() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lines().maxLength(5));
    channel.pipeline().addLast(errors);
    channel.writeInbound(buffer("1234567\nnext\n"));
    assertThat(errors.seen).hasSize(1);
    FrameTooLongException error = (FrameTooLongException) errors.seen.get(0);
    assertThat(error.limit()).isEqualTo(5);
    assertThat(error.actual()).isEqualTo(7);
    assertThat(error).hasMessage("a frame of 7 bytes is longer than the 5 bytes allowed");
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.inboundMessages()).isEmpty();
  }

  @Test
  void aLineTooLongInManyReadsIsRefusedAsSoonAsItIsCertain() {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(Framing.lines().maxLength(5));
    channel.pipeline().addLast(errors);
    channel.writeInbound(buffer("123"), buffer("45"), buffer("\r"));
    assertThat(errors.seen).as("a CR may still begin the terminator").isEmpty();
    channel.writeInbound(buffer("\r"));
    assertThat(errors.seen).singleElement().isInstanceOf(FrameTooLongException.class);
    assertThat(((FrameTooLongException) errors.seen.get(0)).actual())
        .isEqualTo(FrameTooLongException.UNKNOWN);
    assertThat(errors.seen.get(0)).hasMessage("a frame is longer than the 5 bytes allowed");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aTerminatorCutBetweenItsBytesIsOne() {
    EmbeddedChannel channel = decoder(Framing.lines().maxLength(3));
    channel.writeInbound(buffer("abc\r"));
    assertThat(inbound(channel)).isNull();
    channel.writeInbound(buffer("\nd"));
    assertThat(inbound(channel)).isEqualTo("abc");
    channel.writeInbound(buffer("\r"), buffer("\n"));
    assertThat(inbound(channel)).isEqualTo("d");
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void theEncoderEndsLines() {
    assertThat(encoded(Framing.lines(), "hello")).isEqualTo("hello\n");
    assertThat(encoded(Framing.lines(), "")).isEqualTo("\n");
    assertThat(encoded(Framing.lines().crlf(), "hello")).isEqualTo("hello\r\n");
    assertThat(encoded(Framing.lines().crlf(), "cr\r")).isEqualTo("cr\r\r\n");
    assertThat(Framing.lines().keepTerminator().newEncoder()).isEmpty();
  }

  @Test
  void theEncoderRefusesWhatWouldBeReadAsSomethingElse() {
    assertThat(refusal(Framing.lines(), "two\nlines"))
        .isInstanceOf(UnframeableMessageException.class)
        .hasMessageContaining("a message of 9 bytes")
        .hasMessageContaining("line feed");
    assertThat(refusal(Framing.lines().crlf(), "two\nlines"))
        .isInstanceOf(UnframeableMessageException.class);
    assertThat(refusal(Framing.lines(), "cr\r"))
        .isInstanceOf(UnframeableMessageException.class)
        .hasMessageContaining("carriage return");
    assertThat(refusal(Framing.lines().maxLength(4), "12345"))
        .isInstanceOfSatisfying(
            FrameTooLongException.class,
            e -> assertThat(new long[] {e.limit(), e.actual()}).containsExactly(4, 5));
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> Framing.lines().maxLength(0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxLength: must be 1 to 1073741824 bytes, not 0");
    assertThatThrownBy(() -> Framing.lines().maxLength(Integer.MAX_VALUE))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void describesItself() {
    assertThat(Framing.lines().maxLength(8_192).describe())
        .isEqualTo("lines (LF or CRLF), at most 8192 bytes");
    assertThat(Framing.lines().crlf())
        .hasToString("lines (LF or CRLF, CRLF written), at most 65536 bytes");
    assertThat(Framing.lines().keepTerminator())
        .hasToString("lines (LF or CRLF, kept), at most 65536 bytes");
    assertThat(Framing.lines().maxFrameBytes()).hasValue(65_536);
    assertThat(Framing.lines().delimiterBytes()).contains(new byte[] {'\n'});
  }
}
