package io.pipewright.filetransfer.plain;

import static io.pipewright.filetransfer.plain.NameCollector.State.NOT_PLAIN;
import static io.pipewright.filetransfer.plain.NameCollector.State.OPEN;
import static io.pipewright.filetransfer.plain.NameCollector.State.TERMINATED;
import static io.pipewright.filetransfer.plain.NameCollector.State.TOO_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameCollectorTest {

  private final NameCollector collector = new NameCollector();

  @Test
  void keepsANameWithoutATerminatorOpen() {
    assertThat(add("a.txt")).isEqualTo(OPEN);
    assertThat(name()).isEqualTo("a.txt");
    assertThat(add(".gz")).isEqualTo(OPEN);
    assertThat(name()).isEqualTo("a.txt.gz");
  }

  @ParameterizedTest
  @CsvSource({"a.txt,''", "a.txt,rest", "'',''", "网络.txt,''"})
  void endsANameAtLfAndAtCrLf(String name, String rest) {
    for (String terminator : new String[] {"\n", "\r\n"}) {
      NameCollector collector = new NameCollector();
      ByteBuf in = bytes(name + terminator + rest);
      assertThat(collector.add(in)).isEqualTo(TERMINATED);
      assertThat(new String(collector.name(), StandardCharsets.UTF_8)).isEqualTo(name);
      assertThat(in.readableBytes()).isEqualTo(rest.length());
      in.release();
    }
  }

  @Test
  void findsTheSameNameByteByByte() {
    for (char c : "a.txt\r".toCharArray()) {
      assertThat(add(String.valueOf(c))).isEqualTo(OPEN);
    }
    assertThat(add("\n")).isEqualTo(TERMINATED);
    assertThat(name()).isEqualTo("a.txt");
  }

  @Test
  void keepsACarriageReturnThatIsNoTerminator() {
    assertThat(add("a\rb\n")).isEqualTo(TERMINATED);
    assertThat(name()).isEqualTo("a\rb");
  }

  @Test
  void takes1024BytesWithAnyTerminator() {
    String longest = "x".repeat(1024);
    for (String end : new String[] {"", "\n", "\r\n", "\r"}) {
      NameCollector collector = new NameCollector();
      ByteBuf in = bytes(longest + end);
      assertThat(collector.add(in)).isEqualTo(end.endsWith("\n") ? TERMINATED : OPEN);
      assertThat(new String(collector.name(), StandardCharsets.UTF_8).strip()).isEqualTo(longest);
      in.release();
    }
  }

  @Test
  void refusesOneByteMore() {
    for (String end : new String[] {"x", "\rx", "\r\r", "x\n", "x\r\n", "\r\r\n"}) {
      NameCollector collector = new NameCollector();
      ByteBuf in = bytes("x".repeat(1024) + end);
      assertThat(collector.add(in)).isEqualTo(TOO_LONG);
      in.release();
    }
  }

  @Test
  void holdsABoundedNumberOfBytesWhateverComes() {
    add("x".repeat(100_000));
    assertThat(collector.name().length).isLessThanOrEqualTo(1025);
  }

  @Test
  void leavesANulInFrontToAnotherDialect() {
    assertThat(add("\0\1\2")).isEqualTo(NOT_PLAIN);
  }

  @Test
  void isEmptyUntilAByteComes() {
    assertThat(collector.isEmpty()).isTrue();
    add("");
    assertThat(collector.isEmpty()).isTrue();
    add("\n");
    assertThat(collector.isEmpty()).isFalse();
  }

  private NameCollector.State add(String text) {
    ByteBuf in = bytes(text);
    try {
      return collector.add(in);
    } finally {
      in.release();
    }
  }

  private String name() {
    return new String(collector.name(), StandardCharsets.UTF_8);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
