package io.pipewright.filetransfer.protocol;

import static io.pipewright.filetransfer.protocol.Wire.field;
import static io.pipewright.filetransfer.protocol.Wire.frame;
import static io.pipewright.filetransfer.protocol.Wire.hex;
import static io.pipewright.filetransfer.protocol.Wire.next;
import static io.pipewright.filetransfer.protocol.Wire.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.framing.FrameTooLongException;
import io.pipewright.framing.RawBytes;
import io.pipewright.framing.TruncatedFrameException;
import io.pipewright.testkit.DecoderVerifier;
import java.io.File;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestCodecTest {

  private static final String MAGIC = text(1, "PIPEWRIGHT-FILES");
  private static final String VERSION_1 = field(2, "00000001");
  private static final String AGENT = text(3, "me");
  private static final String NAME = text(1, "a");
  private static final String VERSION = "0123456789abcdef0123456789abcdef";

  private final EmbeddedChannel server = Wire.server();

  @AfterEach
  void nothingIsLeft() {
    assertThat(server.finishAndReleaseAll()).isFalse();
  }

  @Test
  void everyRequestComesOutHoweverTheReadsAreCut() {
    FileVersion version = FileVersion.of(hex(VERSION));
    DecoderVerifier.of(
            Wire::requests,
            concat(
                frame("01", MAGIC, VERSION_1, AGENT),
                frame("02"),
                frame("02", text(1, "d/e"), text(2, "x"), field(3, "00000005")),
                frame("03", NAME),
                frame("04", NAME),
                frame(
                    "04",
                    NAME,
                    field(2, VERSION),
                    field(3, "0000000000000007"),
                    field(4, "0000000000000000")),
                frame(
                    "05",
                    NAME,
                    field(2, VERSION),
                    field(3, "0000000000000001"),
                    field(4, "00000100")),
                frame(
                    "06",
                    field(1, NAME),
                    field(9, "aa"),
                    field(1, field(9, "") + field(2, VERSION) + text(1, "../x"))),
                frame("7f", "010203")))
        .yields(
            new Request.Hello(1, "me", Optional.empty()),
            new Request.ListFolder(Optional.empty(), Optional.empty(), OptionalInt.empty()),
            new Request.ListFolder(
                Optional.of(FileName.parse("d/e")), Optional.of("x"), OptionalInt.of(5)),
            new Request.Stat(FileName.parse("a")),
            new Request.Get(FileName.parse("a"), Optional.empty(), 0, OptionalLong.empty()),
            new Request.Get(FileName.parse("a"), Optional.of(version), 7, OptionalLong.of(0)),
            new Request.Sums(FileName.parse("a"), version, 1, 256),
            new Request.Pack(List.of(
                new Request.Wanted(FileName.parse("a"), Optional.empty()),
                new Request.Wanted(FileName.parse("../x"), Optional.of(version)))),
            new Request.Unknown(0x7f));
  }

  @Test
  void fieldsThatAreNotKnownAreSkippedWhereverTheyStand() {
    server.writeInbound(
        in(frame("04", field(9, "aa"), NAME, field(255, ""), field(9, "bbcc"), field(33, "00"))));
    assertThat(next(server))
        .isEqualTo(new Request.Get(FileName.parse("a"), Optional.empty(), 0, OptionalLong.empty()));
  }

  @Test
  void theOrderOfFieldsDoesNotMatter() {
    server.writeInbound(in(frame("01", AGENT, VERSION_1, MAGIC)));
    assertThat(next(server)).isEqualTo(new Request.Hello(1, "me", Optional.empty()));
  }

  @Test
  void aNameThatIsNoneIsARefusalAndNoError() {
    server.writeInbound(in(frame("03", text(1, "../x"))));
    assertThat(next(server))
        .isEqualTo(new Request.Stat(new Refused("the name has the component ..")));
    server.writeInbound(in(frame("03", field(1, "ff"))));
    assertThat(next(server)).isEqualTo(new Request.Stat(new Refused("the name is not UTF-8")));
    server.writeInbound(in(frame("03", text(1, "n".repeat(1_025)))));
    assertThat(server.<Request.Stat>readInbound().name()).isInstanceOf(Refused.class);
  }

  @Test
  void aVersionBeyondAnyOtherIsStillAVersion() {
    server.writeInbound(in(frame("01", MAGIC, field(2, "ffffffff"), AGENT)));
    assertThat(server.<Request.Hello>readInbound().version()).isEqualTo(Integer.MAX_VALUE);
  }

  static List<String[]> malformed() {
    String maxLong = "7fffffffffffffff";
    return List.of(
        new String[] {"", "it is empty"},
        new String[] {"03", "field 1 is missing"},
        new String[] {"0301", "it ends within the header of a field"},
        new String[] {"030100", "it ends within the header of a field"},
        new String[] {"0301000261", "field 1 announces 2 bytes and has 1"},
        new String[] {"03" + NAME + NAME, "field 1 is there twice"},
        new String[] {"04" + NAME + field(3, "00"), "field 3 has 1 bytes, not 8"},
        new String[] {"04" + NAME + field(3, maxLong + "00"), "field 3 has 9 bytes, not 8"},
        new String[] {"04" + NAME + field(3, "8000000000000000"), "field 3 is 2^63 or more"},
        new String[] {"04" + NAME + field(4, "ffffffffffffffff"), "field 4 is 2^63 or more"},
        new String[] {"04" + NAME + field(2, VERSION + "00"), "field 2 has 17 bytes, not 16"},
        new String[] {"04" + field(3, maxLong), "field 1 is missing"},
        new String[] {"02" + field(2, "c328"), "field 2 is not UTF-8"},
        new String[] {"02" + text(2, "n".repeat(1_025)), "after has 1025 bytes, more than 1024"},
        new String[] {"02" + field(3, "00000000"), "limit is 0, less than 1"},
        new String[] {"05" + NAME + field(2, VERSION) + field(3, maxLong), "field 4 is missing"},
        new String[] {
          "05" + NAME + field(2, VERSION) + field(3, maxLong) + field(4, "00000000"),
          "count is 0, not 1 to 256"
        },
        new String[] {
          "05" + NAME + field(2, VERSION) + field(3, maxLong) + field(4, "00000101"),
          "count is 257, not 1 to 256"
        },
        new String[] {"01" + VERSION_1 + AGENT, "field 1 is missing"},
        new String[] {
          "01" + text(1, "PIPEWRIGHT-FILEs") + VERSION_1 + AGENT, "field 1 is not PIPEWRIGHT-FILES"
        },
        new String[] {"01" + MAGIC + AGENT, "field 2 is missing"},
        new String[] {"01" + MAGIC + VERSION_1, "field 3 is missing"},
        new String[] {
          "01" + MAGIC + VERSION_1 + text(3, "a".repeat(256)), "agent has 256 bytes, more than 255"
        },
        new String[] {
          "01" + MAGIC + VERSION_1 + AGENT + field(4, ""),
          "the number of the secret's bytes is 0, not 1 to 1024"
        },
        new String[] {
          "01" + MAGIC + VERSION_1 + AGENT + text(4, "s".repeat(1_025)),
          "the number of the secret's bytes is 1025, not 1 to 1024"
        });
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatBreaksTheProtocolIsTheLastThatIsHandedOn(String body, String reason) {
    ByteBuf next = in(frame("03", NAME));
    server.writeInbound(in(frame(body)), next);
    Request.Malformed malformed = server.readInbound();
    assertThat(malformed.cause()).hasMessageEndingWith(" message: " + reason);
    assertThat(next(server)).isNull();
    assertThat(next.refCnt()).isZero();
    assertThat(server.isOpen()).as("whoever handles the request closes").isTrue();
  }

  @Test
  void whatASecretIsStandsInNoMessage() {
    server.writeInbound(in(frame("01", MAGIC, VERSION_1, AGENT, text(4, "open sesame"))));
    Request.Hello hello = server.readInbound();
    assertThat(hello.secret()).contains(Secret.of("open sesame"));
    assertThat(hello.toString()).doesNotContain("sesame");
  }

  @Test
  void aLengthOverTheMaximumClosesBeforeTheBodyComes() {
    DecoderVerifier.of(Wire::requests, hex("00002001")).fails(FrameTooLongException.class);
    DecoderVerifier.of(Wire::requests, concat(frame("02"), hex("ffffffff")))
        .fails(
            FrameTooLongException.class,
            new Request.ListFolder(Optional.empty(), Optional.empty(), OptionalInt.empty()));
  }

  @Test
  void anEndWithinARequestIsTold() {
    DecoderVerifier.of(Wire::requests, hex("0000200002")).fails(TruncatedFrameException.class);
  }

  @Test
  void whoFinishesSendingWithinARequestHasBrokenTheProtocol() {
    server.writeInbound(in(frame("03", NAME)), in(hex("0000000903")));
    server.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(next(server)).isInstanceOf(Request.Stat.class);
    assertThat(server.<Request.Malformed>readInbound().cause())
        .hasMessage("a malformed request message: the input ended in the middle of it");
    assertThat(server.isOpen()).isTrue();
  }

  @Test
  void anAnswerIsOneBufferWithItsLengthInFront() {
    server.writeOutbound(Answer.End.INSTANCE);
    assertThat(server.outboundMessages()).hasSize(1);
    assertThat(Wire.written(server)).isEqualTo(hex("00000001 86"));
  }

  @Test
  void rawBytesAndRegionsPassAsTheyAre() {
    server.writeOutbound(RawBytes.of(in(hex("01020304"))));
    assertThat(Wire.written(server)).isEqualTo(hex("01020304"));
    DefaultFileRegion region = new DefaultFileRegion(new File("not opened"), 0, 1);
    server.writeOutbound(region);
    assertThat(server.<Object>readOutbound()).isSameAs(region);
    region.release();
  }

  @Test
  void aPageHoldsAsManyEntriesAsFit() {
    Entry entry = new Entry("n".repeat(1_024), Entry.Kind.FILE, 1, Instant.EPOCH, FileVersion.GONE);
    Answer.Entries page = Answer.Entries.fitting(Collections.nCopies(100, entry), false);
    assertThat(page.entries()).hasSize(60);
    assertThat(page.more()).isTrue();
    assertThat(Answer.Entries.fitting(Collections.nCopies(60, entry), false).more())
        .isFalse();
    server.writeOutbound(page);
    assertThat(Wire.written(server)).hasSizeBetween(60 * 1_024, 4 + Limits.MAX_ANSWER_BYTES);
  }

  @Test
  void aPageThatIsTooLongFailsItsPromiseAndSendsNothing() {
    Entry entry =
        new Entry("n".repeat(1_024), Entry.Kind.FOLDER, 0, Instant.EPOCH, FileVersion.GONE);
    ChannelFuture written = server.write(new Answer.Entries(Collections.nCopies(61, entry), false));
    assertThat(written.cause()).isInstanceOf(FrameTooLongException.class);
    assertThat(Wire.written(server)).isEmpty();
  }

  @Test
  void anErrorsTextIsCutBetweenCharacters() {
    server.writeOutbound(Answer.Failure.of(ErrorCode.FAILED, "网".repeat(1_000)));
    server.writeOutbound(Answer.Failure.of(ErrorCode.FAILED, "a" + "😀".repeat(1_000)));
    EmbeddedChannel client = Wire.client();
    client.writeInbound(in(Wire.written(server)));
    assertThat(client.<Answer.Failure>readInbound().text()).isEqualTo("网".repeat(341));
    assertThat(client.<Answer.Failure>readInbound().text()).isEqualTo("a" + "😀".repeat(255));
    client.finishAndReleaseAll();
  }

  static ByteBuf in(byte[] bytes) {
    return Unpooled.wrappedBuffer(bytes);
  }

  static byte[] concat(byte[]... parts) {
    return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
  }
}
