package io.pipewright.filetransfer.protocol;

import static io.pipewright.filetransfer.protocol.RequestCodecTest.concat;
import static io.pipewright.filetransfer.protocol.RequestCodecTest.in;
import static io.pipewright.filetransfer.protocol.Wire.field;
import static io.pipewright.filetransfer.protocol.Wire.frame;
import static io.pipewright.filetransfer.protocol.Wire.hex;
import static io.pipewright.filetransfer.protocol.Wire.next;
import static io.pipewright.filetransfer.protocol.Wire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.framing.FrameTooLongException;
import io.pipewright.framing.TruncatedFrameException;
import io.pipewright.testkit.DecoderVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerCodecTest {

  private static final String VERSION = "0123456789abcdef0123456789abcdef";
  private static final String FACTS =
      field(1, "0000000000000009") + field(2, "ffffffffffffffff") + field(3, VERSION);
  private static final FileVersion PARSED_VERSION = FileVersion.of(hex(VERSION));

  private final EmbeddedChannel client = Wire.client();

  @AfterEach
  void nothingIsLeft() {
    assertThat(client.finishAndReleaseAll()).isFalse();
  }

  @Test
  void everyAnswerComesOutHoweverTheReadsAreCut() {
    String entry = text(1, "a") + field(2, "02") + field(3, "0000000000000000");
    DecoderVerifier.of(
            Wire::answers,
            concat(
                frame("81", field(1, "00000001"), text(2, "me"), field(3, "00100000")),
                frame(
                    "82",
                    field(1, entry + field(4, "0000000000000001") + field(5, VERSION)),
                    field(2, "01")),
                frame("82", field(2, "00")),
                frame("83", FACTS),
                data(0, 3),
                hex("000000"),
                data(3, 6),
                hex("0000000186ff"),
                frame("86"),
                frame("87", field(1, ""), field(1, packed("0000000000000002")), field(1, "")),
                hex("0a0b"),
                frame("87", field(1, packed("0000000000000000"))),
                frame("85", field(1, "0000000000000002"), field(2, "00000001ffffffff")),
                frame("c0", field(1, "00000006"), text(2, "busy"), field(3, "ffffffff")),
                frame("c0", field(1, "00000063"), text(2, ""), field(4, "0000000000000005"))))
        .yields(
            new Answer.Welcome(1, "me", 1 << 20),
            new Answer.Entries(
                List.of(new Entry(
                    "a", Entry.Kind.FOLDER, 0, Instant.ofEpochSecond(0, 1), PARSED_VERSION)),
                true),
            new Answer.Entries(List.of(), false),
            new Answer.FileFacts(9, Instant.ofEpochSecond(0, -1), PARSED_VERSION),
            new Answer.Data(0, 3, -1),
            new byte[3],
            new Answer.Data(3, 6, -1),
            hex("0000000186ff"),
            Answer.End.INSTANCE,
            new Answer.Pack(List.of(Optional.empty(), packed(2), Optional.empty())),
            hex("0a0b"),
            new Answer.Pack(List.of(packed(0))),
            new Answer.SumList(2, new int[] {1, -1}),
            new Answer.Failure(
                ErrorCode.BUSY,
                "busy",
                OptionalLong.empty(),
                Optional.of(Duration.ofMillis(0xffffffffL))),
            new Answer.Failure(ErrorCode.OTHER, "", OptionalLong.of(5), Optional.empty()));
  }

  @Test
  void rawBytesPassWithoutACopyAndWithoutWaiting() {
    client.writeInbound(in(data(0, 1 << 20)));
    assertThat(next(client)).isInstanceOf(Answer.Data.class);
    ByteBuf piece = Unpooled.directBuffer().writeZero(1_000);
    client.writeInbound(piece);
    assertThat(next(client)).isSameAs(piece);
    piece.release();
    Throwable thrown = catchThrowable(client::close);
    assertThat(thrown == null ? catchThrowable(client::checkException) : thrown)
        .isInstanceOf(TruncatedFrameException.class);
  }

  private static String packed(String size) {
    return field(1, size) + field(2, "0000000000000001") + field(3, VERSION) + field(4, "ffffffff");
  }

  private static Optional<Answer.PackedFile> packed(int size) {
    return Optional.of(new Answer.PackedFile(
        new Answer.FileFacts(size, Instant.ofEpochSecond(0, 1), PARSED_VERSION), -1));
  }

  static List<String[]> malformed() {
    String kind = field(2, "01");
    String rest = field(3, "0000000000000000") + field(4, "0000000000000000") + field(5, VERSION);
    return List.of(
        new String[] {"", "it is empty"},
        new String[] {"04" + text(1, "a"), "there is no such answer"},
        new String[] {"88", "there is no such answer"},
        new String[] {"87", "the number of files is 0, not 1 to 256"},
        new String[] {"87" + field(1, "").repeat(257), "the number of files is 257, not 1 to 256"},
        new String[] {"87" + field(1, FACTS), "field 4 is missing"},
        new String[] {
          "87" + field(1, packed("0000000000100001")), "a file of 1048577 bytes is in no pack"
        },
        new String[] {
          "87" + field(1, packed("0000000000080000")).repeat(3),
          "the pack has 1572864 bytes, more than 1048576"
        },
        new String[] {"8601", "it ends within the header of a field"},
        new String[] {"81" + field(1, "00000001") + text(2, "me"), "field 3 is missing"},
        new String[] {
          "81" + field(1, "00000001") + text(2, "me") + field(3, "00000000"),
          "blockBytes is 0, less than 1"
        },
        new String[] {"83" + field(1, "8000000000000000"), "field 1 is 2^63 or more"},
        new String[] {"83" + FACTS + field(3, VERSION), "field 3 is there twice"},
        new String[] {"82", "field 2 is missing"},
        new String[] {"82" + field(2, "02"), "field 2 is 2, not 0 or 1"},
        new String[] {
          "82" + field(2, "01"), "a page without entries has no last name to go on behind"
        },
        new String[] {
          "82" + field(1, "0100") + field(2, "00"), "it ends within the header of a field"
        },
        new String[] {"82" + field(1, text(1, "a") + kind) + field(2, "00"), "field 3 is missing"},
        new String[] {
          "82" + field(1, text(1, "a") + field(2, "03") + rest) + field(2, "00"),
          "an entry is neither file nor folder but 3"
        },
        new String[] {entryNamed("../a"), "an entry's name is not the name of a file or folder"},
        new String[] {entryNamed("a/b"), "an entry's name is not the name of a file or folder"},
        new String[] {entryNamed(".."), "an entry's name is not the name of a file or folder"},
        new String[] {entryNamed("/etc"), "an entry's name is not the name of a file or folder"},
        new String[] {
          entryNamed("a\u001b[2J"), "an entry's name is not the name of a file or folder"
        },
        new String[] {entryNamed(""), "an entry's name is not the name of a file or folder"},
        new String[] {dataBody("0000000000000000", "00000000"), "length is 0, not 1 to 1048576"},
        new String[] {
          dataBody("0000000000000000", "00100001"), "length is 1048577, not 1 to 1048576"
        },
        new String[] {
          dataBody("0000000000000001", "00100000"), "length is 1048576, not 1 to 1048575"
        },
        new String[] {
          dataBody("0000000000000000", "ffffffff"), "length is 2147483647, not 1 to 1048576"
        },
        new String[] {
          dataBody("7fffffffffffffff", "00000001"), "the data end behind the longest file"
        },
        new String[] {"85" + field(1, "0000000000000000"), "field 2 is missing"},
        new String[] {
          "85" + field(1, "0000000000000000") + field(2, ""),
          "the number of sums is 0, not 1 to 256"
        },
        new String[] {
          "85" + field(1, "0000000000000000") + field(2, "00".repeat(1_028)),
          "the number of sums is 257, not 1 to 256"
        },
        new String[] {"85" + field(2, "000000"), "field 2 has 3 bytes, no multiple of 4"},
        new String[] {"c0" + field(1, "00000001"), "field 2 is missing"},
        new String[] {"c0" + field(1, "00000001") + field(2, "ff"), "field 2 is not UTF-8"});
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatBreaksTheProtocolClosesAndWhatFollowsIsDropped(String body, String reason) {
    byte[] all = concat(frame(body), frame("86"));
    DecoderVerifier.of(Wire::answers, all).fails(MalformedMessageException.class);
    assertThat(catchThrowable(() -> client.writeInbound(in(all))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageEndingWith(" message: " + reason);
    assertThat(client.isOpen()).isFalse();
    assertThat(next(client)).isNull();
  }

  @Test
  void anEndAmongRawBytesIsTold() {
    DecoderVerifier.of(Wire::answers, concat(data(0, 3), hex("0000")))
        .fails(TruncatedFrameException.class, new Answer.Data(0, 3, -1));
  }

  @Test
  void aLengthOverTheMaximumClosesBeforeTheBodyComes() {
    DecoderVerifier.of(Wire::answers, hex("00010001")).fails(FrameTooLongException.class);
  }

  @Test
  void aRequestIsOneBufferWithItsLengthInFront() {
    client.writeOutbound(new Request.Stat(FileName.parse("a")));
    assertThat(client.outboundMessages()).hasSize(1);
    assertThat(Wire.written(client)).isEqualTo(frame("03", text(1, "a")));
  }

  @Test
  void theLongestRequestFits() {
    FileName longest = (FileName) FileName.parse("n".repeat(1_024));
    client.writeOutbound(new Request.Get(
        longest, Optional.of(PARSED_VERSION), Long.MAX_VALUE, OptionalLong.of(Long.MAX_VALUE)));
    byte[] bytes = Wire.written(client);
    EmbeddedChannel server = Wire.server();
    server.writeInbound(in(bytes));
    Request.Get get = server.readInbound();
    assertThat(get.name().toString()).isEqualTo(longest.toString());
    assertThat(get.endIn(Long.MAX_VALUE)).isEmpty();
    server.finishAndReleaseAll();
  }

  @Test
  void whatAClientDoesNotSayFailsItsPromiseAndSendsNothing() {
    for (Request request : List.of(
        new Request.Unknown(0x20),
        new Request.Malformed(new MalformedMessageException("GET", "made up")),
        new Request.Stat(new Refused("no name")))) {
      ChannelFuture written = client.writeAndFlush(request);
      assertThat(written.cause()).isInstanceOf(IllegalArgumentException.class);
      assertThat(Wire.written(client)).isEmpty();
    }
  }

  @Test
  void aRangeLiesWithinAFileOrNot() {
    assertThat(get(0, OptionalLong.empty()).endIn(0)).hasValue(0);
    assertThat(get(5, OptionalLong.empty()).endIn(9)).hasValue(9);
    assertThat(get(9, OptionalLong.empty()).endIn(9)).hasValue(9);
    assertThat(get(10, OptionalLong.empty()).endIn(9)).isEmpty();
    assertThat(get(5, OptionalLong.of(4)).endIn(9)).hasValue(9);
    assertThat(get(5, OptionalLong.of(5)).endIn(9)).isEmpty();
    assertThat(get(9, OptionalLong.of(0)).endIn(9)).hasValue(9);
    assertThat(get(1, OptionalLong.of(Long.MAX_VALUE)).endIn(9)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> get(-1, OptionalLong.empty()));
    assertThatIllegalArgumentException().isThrownBy(() -> get(0, OptionalLong.of(-1)));
  }

  @Test
  void timesThatNanosecondsCannotSayBecomeTheNearest() {
    assertThat(AnswerWriter.nanos(Instant.MIN)).isEqualTo(Long.MIN_VALUE);
    assertThat(AnswerWriter.nanos(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
    assertThat(AnswerWriter.nanos(Instant.ofEpochSecond(-1, 999_999_999))).isEqualTo(-1);
    assertThat(AnswerWriter.nanos(Instant.ofEpochSecond(0, Long.MIN_VALUE)))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(AnswerWriter.nanos(Instant.ofEpochSecond(0, Long.MAX_VALUE)))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(AnswerWriter.nanos(Instant.ofEpochSecond(0, Long.MIN_VALUE + 7)))
        .isEqualTo(Long.MIN_VALUE + 7);
  }

  private static Request.Get get(long offset, OptionalLong length) {
    return new Request.Get(FileName.parse("a"), Optional.empty(), offset, length);
  }

  private static byte[] data(long offset, int length) {
    return frame(dataBody("%016x".formatted(offset), "%08x".formatted(length)));
  }

  private static String dataBody(String offset, String length) {
    return "84" + field(1, offset) + field(2, length) + field(3, "ffffffff");
  }

  private static String entryNamed(String name) {
    String rest = field(2, "01")
        + field(3, "0000000000000000")
        + field(4, "0000000000000000")
        + field(5, VERSION);
    return "82" + field(1, text(1, name) + rest) + field(2, "00");
  }
}
