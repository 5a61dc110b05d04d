package io.pipewright.filetransfer.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.framing.RawBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/file-protocol.md and the code say the same, byte by byte. */
class ProtocolDocumentTest {

  private static final Path DOCUMENT =
      Path.of("").toAbsolutePath().resolveSibling("docs/file-protocol.md");

  private static final Pattern EXAMPLE = Pattern.compile("```hex\n(.*?)```", Pattern.DOTALL);
  private static final Pattern BYTES =
      Pattern.compile("^((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  .*)?$", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile(
      "^\\| (\\d+) \\| ([A-Z_]+) \\| .* \\| (closes|goes on) \\|$", Pattern.MULTILINE);

  private static final byte[] CONTENT = "Hello, world!\n".getBytes(UTF_8);
  private static final FileVersion VERSION =
      FileVersion.of(Wire.hex("0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
  private static final Instant TIME = Instant.parse("2012-02-23T12:26:40.123456789Z");
  private static final FileName NAME = name("docs/hello.txt");

  /** The conversation, in the order of the document. */
  private static final List<Object> MESSAGES = List.of(
      new Request.Hello(1, "example", Optional.of(Secret.of("open sesame"))),
      new Request.ListFolder(Optional.of(name("docs")), Optional.of("a.txt"), OptionalInt.of(2)),
      new Request.Get(NAME, Optional.of(VERSION), 7, OptionalLong.of(7)),
      new Answer.Welcome(1, "pipewright", Blocks.BYTES),
      new Answer.Entries(
          List.of(new Entry("hello.txt", Entry.Kind.FILE, 14, TIME, VERSION)), false),
      new Answer.FileFacts(14, TIME, VERSION),
      new Answer.Data(7, 7, sum(Arrays.copyOfRange(CONTENT, 7, 14))),
      Answer.End.INSTANCE,
      new Request.Sums(NAME, VERSION, 0, 1),
      new Request.Stat(name("secret.txt")),
      new Answer.SumList(0, new int[] {sum(CONTENT)}),
      Answer.Failure.of(ErrorCode.NOT_GIVEN, "not given"),
      new Request.Pack(List.of(
          new Request.Wanted(NAME, Optional.of(VERSION)),
          new Request.Wanted(name("secret.txt"), Optional.empty()))),
      new Answer.Pack(List.of(
          Optional.of(new Answer.PackedFile(new Answer.FileFacts(14, TIME, VERSION), sum(CONTENT))),
          Optional.empty())),
      new Answer.Failure(
          ErrorCode.DRAINING,
          "the server ends",
          OptionalLong.of(3_145_728),
          Optional.of(Duration.ofSeconds(1))));

  private final String document = Files.readString(DOCUMENT, UTF_8);

  ProtocolDocumentTest() throws IOException {}

  @Test
  void theExamplesAreWhatTheCodeWrites() {
    List<byte[]> examples = examples();
    assertThat(examples).hasSameSizeAs(MESSAGES);
    for (int i = 0; i < examples.size(); i++) {
      assertThat(written(MESSAGES.get(i)))
          .as(MESSAGES.get(i).toString())
          .isEqualTo(examples.get(i));
    }
  }

  @Test
  void theExamplesAreWhatTheCodeReads() {
    List<byte[]> examples = examples();
    for (int i = 0; i < examples.size(); i++) {
      Object message = MESSAGES.get(i);
      EmbeddedChannel reader = message instanceof Request ? Wire.server() : Wire.client();
      reader.writeInbound(Unpooled.wrappedBuffer(examples.get(i)));
      Object read = reader.readInbound();
      assertThat(read).isEqualTo(message);
      byte[] expected = rawBytes(message);
      if (expected.length > 0) {
        ByteBuf raw = reader.readInbound();
        assertThat(ByteBufUtil.getBytes(raw)).isEqualTo(expected);
        raw.release();
      }
      assertThat(reader.finish()).isFalse();
    }
  }

  @Test
  void theCodesAreThoseOfTheCode() {
    List<String> documented = CODE.matcher(document)
        .results()
        .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3))
        .toList();
    List<String> known = Arrays.stream(ErrorCode.values())
        .filter(code -> code != ErrorCode.OTHER)
        .map(code -> code.number() + " " + code + " " + (code.closes() ? "closes" : "goes on"))
        .toList();
    assertThat(documented).isEqualTo(known);
  }

  @Test
  void theLimitsAreThoseOfTheCode() {
    assertThat(document)
        .contains("| body of a request | " + Limits.MAX_REQUEST_BYTES + " bytes |")
        .contains("| body of an answer | " + Limits.MAX_ANSWER_BYTES + " bytes |")
        .contains("| raw bytes behind a DATA or a PACK | " + Limits.MAX_RAW_BYTES + " |")
        .contains("| files in a PACK | " + Limits.MAX_PACK_FILES + " |")
        .contains("| a name, a path or one component | " + Limits.MAX_NAME_BYTES + " bytes |")
        .contains("| agent | " + Limits.MAX_AGENT_BYTES + " bytes |")
        .contains("| secret | " + Secret.MAX_BYTES + " bytes |")
        .contains("| text of an error | " + Limits.MAX_TEXT_BYTES + " bytes |")
        .contains("| sums in a SUMS | " + Limits.MAX_SUMS + " |")
        .contains("# The native file protocol, version " + Limits.VERSION + "\n");
  }

  @Test
  void theCheckValueIsTheSum() {
    assertThat(document)
        .contains("`123456789` it is `%08x`".formatted(sum("123456789".getBytes(UTF_8))));
  }

  private List<byte[]> examples() {
    return EXAMPLE.matcher(document).results().map(ProtocolDocumentTest::bytes).toList();
  }

  private static byte[] bytes(MatchResult example) {
    String block = example.group(1);
    List<String> lines = new ArrayList<>();
    BYTES.matcher(block).results().forEach(line -> lines.add(line.group(1)));
    assertThat(lines).as("lines of bytes in\n" + block).hasSameSizeAs(block.split("\n"));
    return Wire.hex(lines.toArray(String[]::new));
  }

  private static byte[] written(Object message) {
    EmbeddedChannel writer = message instanceof Request ? Wire.client() : Wire.server();
    writer.writeOutbound(message);
    if (rawBytes(message).length > 0) {
      writer.writeOutbound(RawBytes.of(Unpooled.wrappedBuffer(rawBytes(message))));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(Wire.written(writer));
    writer.finishAndReleaseAll();
    return all.toByteArray();
  }

  private static byte[] rawBytes(Object message) {
    if (message instanceof Answer.Data data) {
      return Arrays.copyOfRange(CONTENT, (int) data.offset(), (int) data.end());
    }
    return message instanceof Answer.Pack ? CONTENT : new byte[0];
  }

  private static int sum(byte[] bytes) {
    return BlockSums.of(Unpooled.wrappedBuffer(bytes));
  }

  private static FileName name(String text) {
    Naming naming = FileName.parse(text);
    assertThat(naming).isInstanceOf(FileName.class);
    return (FileName) naming;
  }
}
