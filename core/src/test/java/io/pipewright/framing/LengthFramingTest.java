package io.pipewright.framing;

import static io.pipewright.framing.FramingTesting.decoder;
import static io.pipewright.framing.FramingTesting.decoding;
import static io.pipewright.framing.FramingTesting.encoded;
import static io.pipewright.framing.FramingTesting.hex;
import static io.pipewright.framing.FramingTesting.refusal;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.FramingTesting.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthFramingTest {

  /** What becomes of a field that comes alone, before a byte of the body it announces. */
  private static Throwable error(LengthFraming framing, String field) {
    Errors errors = new Errors();
    EmbeddedChannel channel = decoder(framing);
    channel.pipeline().addLast(errors);
    ByteBuf in = Unpooled.wrappedBuffer(hex(field));
    channel.writeInbound(in);
    channel.releaseInbound();
    assertThat(in.refCnt()).isZero();
    assertThat(errors.seen).hasSizeLessThan(2);
    assertThat(channel.isOpen()).isEqualTo(errors.seen.isEmpty());
    Throwable error = errors.seen.isEmpty() ? null : errors.seen.get(0);
    channel.finishAndReleaseAll();
    return error;
  }

  @ParameterizedTest
  @CsvSource({
    "1, false, 03 616263 00 01 64",
    "2, false, 0003 616263 0000 0001 64",
    "3, false, 000003 616263 000000 000001 64",
    "4, false, 00000003 616263 00000000 00000001 64",
    "8, false, 0000000000000003 616263 0000000000000000 0000000000000001 64",
    "1, true, 03 616263 00 01 64",
    "2, true, 0300 616263 0000 0100 64",
    "3, true, 030000 616263 000000 010000 64",
    "4, true, 03000000 616263 00000000 01000000 64",
    "8, true, 0300000000000000 616263 0000000000000000 0100000000000000 64",
  })
  void fieldsOfEverySizeAndOrderAreReadAndWritten(int bytes, boolean little, String wire) {
    LengthFraming framing = Framing.lengthPrefix(bytes);
    framing = little ? framing.littleEndian() : framing;
    decoding(framing, hex(wire)).yields("abc", "", "d");
    String written = encoded(framing, "abc") + encoded(framing, "") + encoded(framing, "d");
    assertThat(written.getBytes(ISO_8859_1)).isEqualTo(hex(wire));
  }

  @Test
  void bytesOfTheFieldAreUnsignedAndAllOfThemCount() {
    String body = "x".repeat(0x80_90);
    decoding(Framing.lengthPrefix(2), "\u0080\u0090" + body).yields(body);
    decoding(Framing.lengthPrefix(3).littleEndian(), "\u0090\u0080\0" + body).yields(body);
    assertThat(encoded(Framing.lengthPrefix(4), body)).isEqualTo("\0\0\u0080\u0090" + body);
  }

  @Test
  void theAdjustmentIsAddedToTheField() {
    LengthFraming countsItself = Framing.lengthPrefix(4).adjustment(-4);
    decoding(countsItself, hex("00000007 616263 00000004")).yields("abc", "");
    assertThat(encoded(countsItself, "abc").getBytes(ISO_8859_1)).isEqualTo(hex("00000007 616263"));

    LengthFraming leavesOutTwo = Framing.lengthPrefix(1).adjustment(2);
    decoding(leavesOutTwo, hex("01 616263 00 6465")).yields("abc", "de");
    assertThat(encoded(leavesOutTwo, "abc").getBytes(ISO_8859_1)).isEqualTo(hex("01 616263"));
    assertThat(refusal(leavesOutTwo, "a"))
        .isInstanceOf(UnframeableMessageException.class)
        .hasMessageContaining("no field's value plus 2");
  }

  @Test
  void aBodyOfNothingUpToTheMaximumPasses() {
    LengthFraming framing = Framing.lengthPrefix(4).maxLength(3);
    decoding(framing, hex("00000000 00000003 616263")).yields("", "abc");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 00000004, 4",
    "4, FFFFFFFF, 4294967295",
    "4, 7FFFFFFF, 2147483647",
    "4, 80000000, 2147483648",
    "8, 0000000000000004, 4",
    "8, 7FFFFFFFFFFFFFFF, 9223372036854775807",
    "8, 0000000100000000, 4294967296",
    "3, FFFFFF, 16777215",
    "2, FFFF, 65535",
    "1, FF, 255",
  })
  void aLengthOverTheMaximumIsRefusedFromTheFieldAlone(int bytes, String field, long announced) {
    assertThat(error(Framing.lengthPrefix(bytes).maxLength(3), field))
        .isInstanceOfSatisfying(FrameTooLongException.class, e -> {
          assertThat(e.limit()).isEqualTo(3);
          assertThat(e.actual()).isEqualTo(announced);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"FFFFFFFFFFFFFFFF", "8000000000000000"})
  void anEightByteLengthBeyondTheLargestLongIsRefused(String field) {
    assertThat(error(Framing.lengthPrefix(8), field))
        .isInstanceOfSatisfying(
            InvalidLengthException.class, e -> assertThat(e.value()).isNegative())
        .hasMessageEndingWith("is negative");
    assertThat(error(Framing.lengthPrefix(8).adjustment(-4), field))
        .isInstanceOf(InvalidLengthException.class);
    assertThat(error(Framing.lengthPrefix(8).adjustment(Integer.MAX_VALUE), field))
        .isInstanceOf(InvalidLengthException.class);
  }

  @Test
  void aLengthThatTheAdjustmentMakesNegativeIsRefused() {
    assertThat(error(Framing.lengthPrefix(4).adjustment(-4), "00000003"))
        .isInstanceOfSatisfying(InvalidLengthException.class, e -> {
          assertThat(e.value()).isEqualTo(3);
          assertThat(e.adjustment()).isEqualTo(-4);
        })
        .hasMessage(
            "a length field of 3 is less than the 4 bytes that it has to count besides the body");
    assertThat(error(Framing.lengthPrefix(4).adjustment(Integer.MIN_VALUE), "00000003"))
        .isInstanceOf(InvalidLengthException.class)
        .hasMessageContaining("2147483648 bytes");
    assertThat(error(Framing.lengthPrefix(4).adjustment(-4), "00000004")).isNull();
  }

  @Test
  void aLengthThatTheAdjustmentMakesOverflowIsRefused() {
    assertThat(error(Framing.lengthPrefix(8).adjustment(1), "7FFFFFFFFFFFFFFF"))
        .isInstanceOfSatisfying(
            FrameTooLongException.class, e -> assertThat(e.actual()).isEqualTo(Long.MAX_VALUE));
  }

  @Test
  void badFieldsAreRefusedHoweverTheyAreCut() {
    LengthFraming framing = Framing.lengthPrefix(4).maxLength(3);
    decoding(framing, hex("00000001 61 00000004 62")).fails(FrameTooLongException.class, "a");
    decoding(framing.littleEndian(), hex("01000000 61 FFFFFFFF 62"))
        .fails(FrameTooLongException.class, "a");
    decoding(framing.adjustment(-4), hex("00000005 61 00000003 62"))
        .fails(InvalidLengthException.class, "a");
    decoding(Framing.lengthPrefix(8), hex("0000000000000001 61 8000000000000000"))
        .fails(InvalidLengthException.class, "a");
  }

  @Test
  void anAnnouncedBodyIsNotSetAsideBeforeItComes() {
    EmbeddedChannel channel = new EmbeddedChannel();
    CountingAllocator alloc = new CountingAllocator();
    channel.config().setAllocator(alloc);
    channel
        .pipeline()
        .addLast(Framing.lengthPrefix(4).maxLength(1 << 30).newDecoder().orElseThrow());
    channel.writeInbound(Unpooled.wrappedBuffer(hex("40000000 6162")));
    assertThat(alloc.allocated()).isBetween(6L, 1_024L);
    channel.pipeline().addLast(new Errors());
    channel.finishAndReleaseAll();
    assertThat(alloc.allocated()).isZero();
  }

  @Test
  void aLargeBodyGoesOutUncopiedAndItsPromiseWaitsForBothWrites() {
    EmbeddedChannel channel = FramingTesting.encoder(Framing.lengthPrefix(4));
    ByteBuf body = Unpooled.buffer().writeZero(10_000);
    var write = channel.write(body);
    assertThat(write.isDone()).isFalse();
    channel.flush();
    channel.runPendingTasks();
    assertThat(write.isSuccess()).isTrue();
    ByteBuf header = channel.readOutbound();
    assertThat(header).isEqualTo(Unpooled.wrappedBuffer(hex("00002710")));
    header.release();
    assertThat((ByteBuf) channel.readOutbound()).isSameAs(body);
    body.release();
  }

  @Test
  void theEncoderRefusesWhatTheFieldCannotSay() {
    assertThat(refusal(Framing.lengthPrefix(1), "x".repeat(256)))
        .isInstanceOfSatisfying(
            FrameTooLongException.class, e -> assertThat(e.limit()).isEqualTo(255));
    assertThat(refusal(Framing.lengthPrefix(1).adjustment(-1), "x".repeat(255)))
        .isInstanceOf(FrameTooLongException.class);
    assertThat(encoded(Framing.lengthPrefix(1), "x".repeat(255))).startsWith("\u00ffx");
    assertThat(refusal(Framing.lengthPrefix(2).maxLength(3), "abcd"))
        .isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void settingsAreChecked() {
    for (int bytes : new int[] {-1, 0, 5, 6, 7, 9}) {
      assertThatThrownBy(() -> Framing.lengthPrefix(bytes))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("lengthPrefix: a field has 1, 2, 3, 4 or 8 bytes, not " + bytes);
    }
    assertThatThrownBy(() -> Framing.lengthPrefix(1).adjustment(-256))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("says at most 255");
    assertThatThrownBy(() -> Framing.lengthPrefix(4).maxLength(0))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void describesItself() {
    assertThat(Framing.lengthPrefix(4))
        .hasToString("length prefix (4 bytes, big-endian), at most 65536 bytes");
    assertThat(Framing.lengthPrefix(1).littleEndian().adjustment(-1))
        .hasToString("length prefix (1 byte, little-endian, plus -1), at most 254 bytes");
    assertThat(Framing.lengthPrefix(1).maxFrameBytes()).hasValue(255);
    assertThat(Framing.lengthPrefix(8).maxFrameBytes()).hasValue(65_536);
    assertThat(Framing.lengthPrefix(4).delimiterBytes()).isEmpty();
  }
}
