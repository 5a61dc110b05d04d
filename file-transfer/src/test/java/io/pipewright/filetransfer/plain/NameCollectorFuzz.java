package io.pipewright.filetransfer.plain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.pipewright.filetransfer.store.FileName;
import java.util.Arrays;
import java.util.List;

/** Anything may come where a name is expected: a target for .ci/fuzz, and for the corpus in every build. */
public final class NameCollectorFuzz {

  private NameCollectorFuzz() {}

  /**
   * One input.
   *
   * @param input a byte that chooses the cuts, then what a client sends
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] sent = Arrays.copyOfRange(input, 1, input.length);
    NameCollector whole = new NameCollector();
    whole.add(Unpooled.wrappedBuffer(sent));
    NameCollector cut = new NameCollector();
    int pieceBytes = 1 + (input[0] & 0x3f);
    for (int from = 0; from < sent.length; from += pieceBytes) {
      cut.add(Unpooled.wrappedBuffer(sent, from, Math.min(pieceBytes, sent.length - from)));
    }
    assertThat(cut.state()).isEqualTo(whole.state());
    assertThat(cut.name()).isEqualTo(whole.name());
    assertThat(whole.name()).hasSizeLessThanOrEqualTo(FileName.MAX_BYTES + 1);
    if (FileName.parse(whole.name()) instanceof FileName name) {
      check(name, whole.name());
    }
  }

  private static void check(FileName name, byte[] utf8) {
    assertThat(name.toString().getBytes(UTF_8)).isEqualTo(utf8);
    assertThat(FileName.parse(name.toString())).isEqualTo(name);
    List<String> components = List.of(name.toString().split("/", -1));
    assertThat(components).doesNotContain("", ".", "..").last().isEqualTo(name.last());
    assertThat(name.toString().chars()).noneMatch(c -> c == '\\' || Character.isISOControl(c));
  }
}
