package io.pipewright.udpecho.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bytes that docs/measuring.md shows are those of the code: a client or a server of another make may rely on them. */
class MeasuringDocumentTest {

  private static final long SESSION = 0x1122334455667788L;
  private static final long NONCE = 0x0102030405060708L;
  private static final SessionCounts COUNTS = new SessionCounts(1, 2, 3, 4, 5, 6, 7, -1);

  private static final String MAGIC = "8f5069706577726967687455447001e5";
  private static final String QUERY =
      MAGIC + "01020000" + "1122334455667788" + "0102030405060708" + "00".repeat(64) + "dfea7f40";
  private static final String ANSWER = MAGIC
      + "01820000"
      + "1122334455667788"
      + "0102030405060708"
      + "0000000000000001"
      + "0000000000000002"
      + "0000000000000003"
      + "0000000000000004"
      + "0000000000000005"
      + "0000000000000006"
      + "0000000000000007"
      + "ffffffffffffffff"
      + "ec3d4b01";
  private static final String PROBE =
      "50577570" + "1122334455667788" + "0000000000000007" + "9972f53d" + "a1b2c3";

  private static String document() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    return Files.readString(root.resolve("docs/measuring.md"), UTF_8).replaceAll("\\s", "");
  }

  private static String hex(ByteBuf bytes) {
    try {
      return ByteBufUtil.hexDump(bytes);
    } finally {
      bytes.release();
    }
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
  }

  @Test
  void aQueryIsTheseBytes() throws IOException {
    SessionMessage query = SessionMessage.query(SessionMessage.Type.REPORT, SESSION, NONCE);
    assertThat(hex(query.encode(ByteBufAllocator.DEFAULT))).isEqualTo(QUERY);
    assertThat(SessionMessage.decode(bytes(QUERY))).hasValue(query);
    assertThat(document()).contains(QUERY);
  }

  @Test
  void anAnswerIsTheseBytesAndAsLongAsItsQuery() throws IOException {
    SessionMessage answer =
        SessionMessage.query(SessionMessage.Type.REPORT, SESSION, NONCE).answer(COUNTS);
    assertThat(hex(answer.encode(ByteBufAllocator.DEFAULT)))
        .isEqualTo(ANSWER)
        .hasSize(QUERY.length());
    assertThat(SessionMessage.decode(bytes(ANSWER))).hasValue(answer);
    assertThat(document()).contains(ANSWER);
  }

  @Test
  void aNumberedDatagramIsTheseBytes() throws IOException {
    byte[] filler = HexFormat.of().parseHex("a1b2c3");
    assertThat(hex(new Probe(SESSION).encode(ByteBufAllocator.DEFAULT, 7, filler)))
        .isEqualTo(PROBE);
    assertThat(new Probe(SESSION).number(bytes(PROBE))).isEqualTo(7);
    assertThat(document()).contains(PROBE);
  }

  @Test
  void theDocumentNamesLengthsAndCodes() throws IOException {
    assertThat(document())
        .contains(MAGIC)
        .contains(SessionMessage.BYTES + "bytes")
        .contains(Probe.HEADER_BYTES + "bytes")
        .contains("`01`|BEGIN", "`02`|REPORT", "`81`|BEGUN", "`82`|REPORTED")
        .contains(Session.NUMBERS_REMEMBERED / 1024 + "Ki");
  }

  @Test
  void noMessageOfWhichABitIsTurnedOverIsOne() {
    byte[] whole = HexFormat.of().parseHex(ANSWER);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] spoiled = whole.clone();
      spoiled[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(SessionMessage.decode(Unpooled.wrappedBuffer(spoiled)))
          .as("bit %d", bit)
          .isEmpty();
    }
    assertThat(SessionMessage.decode(bytes(ANSWER + "00"))).isEmpty();
    assertThat(SessionMessage.decode(bytes(ANSWER.substring(2)))).isEmpty();
    assertThat(SessionMessage.decode(Unpooled.EMPTY_BUFFER)).isEmpty();
  }

  @Test
  void noNumberedDatagramOfWhichABitIsTurnedOverIsOne() {
    byte[] whole = HexFormat.of().parseHex(PROBE);
    Probe probe = new Probe(SESSION);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] spoiled = whole.clone();
      spoiled[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(probe.number(Unpooled.wrappedBuffer(spoiled)))
          .as("bit %d", bit)
          .isEqualTo(Probe.NOT_INTACT);
    }
    for (int length = 0; length < whole.length; length++) {
      assertThat(probe.number(Unpooled.wrappedBuffer(whole, 0, length)))
          .as("%d bytes", length)
          .isEqualTo(Probe.NOT_INTACT);
    }
    assertThat(new Probe(SESSION + 1).number(Unpooled.wrappedBuffer(whole)))
        .isEqualTo(Probe.NOT_INTACT);
  }

  @Test
  void anotherVersionIsNotUnderstood() {
    String other = ANSWER.replaceFirst("01820000", "02820000");
    assertThat(SessionMessage.decode(bytes(other))).isEqualTo(Optional.empty());
  }
}
