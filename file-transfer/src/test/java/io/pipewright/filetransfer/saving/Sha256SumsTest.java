package io.pipewright.filetransfer.saving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.filetransfer.saving.Sha256Sums.Line;
import io.pipewright.filetransfer.saving.Sha256Sums.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sha256SumsTest {

  /** FIPS 180-2, appendix B.1: the SHA-256 of {@code abc}. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir
  Path folder;

  private Sha256Sums read(String list) throws IOException {
    return Sha256Sums.read(Files.writeString(folder.resolve("SHA256SUMS"), list));
  }

  @Test
  void readsWhatGnuWrites() throws IOException {
    Sha256Sums sums = read(ABC + "  a b\n" + ABC.toUpperCase(Locale.ROOT)
        + " *网络/b.iso\r\n\n# a remark\n\\" + ABC + "  x\\\\y\\nz\\r\n" + ABC + "  back\\slash");

    assertThat(sums.lines())
        .containsExactly(
            new Line("a b", ABC),
            new Line("网络/b.iso", ABC),
            new Line("x\\y\nz\r", ABC),
            new Line("back\\slash", ABC));
  }

  @Test
  void findsTheSumOfAName() throws IOException {
    Sha256Sums sums = read(ABC + "  ./a\n");
    assertThat(sums.sumOf("a")).contains(ABC);
    assertThat(sums.sumOf("./a")).contains(ABC);
    assertThat(sums.sumOf("b")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ba78  a",
        ABC + " a",
        ABC + "  ",
        ABC,
        "\\" + ABC + "  a\\t",
        "\\" + ABC + "  a\\",
        ABC + "  a\0"
      })
  void namesTheLineThatIsNone(String line) {
    assertThatThrownBy(() -> read(ABC + "  a\n" + line + "\n"))
        .isInstanceOf(Sha256SumsException.class)
        .hasMessageContaining("line 2 of ");
  }

  @Test
  void readsNoEndlessLine() {
    assertThatThrownBy(() -> read(ABC + "  " + "a".repeat(20_000)))
        .hasMessageContaining("longer than 16,384 bytes");
  }

  @Test
  void saysThatThereIsNoList() {
    assertThatThrownBy(() -> Sha256Sums.read(folder.resolve("none")))
        .hasMessageEndingWith("there is no such file");
  }

  @Test
  void looksAtFiles() throws IOException {
    Files.writeString(folder.resolve("right"), "abc");
    Files.writeString(folder.resolve("wrong"), "abd");
    Files.createDirectory(folder.resolve("folder"));

    assertThat(verify("right")).isEqualTo(Verdict.RIGHT);
    assertThat(verify("./right")).isEqualTo(Verdict.RIGHT);
    assertThat(verify(folder.resolve("right").toString())).isEqualTo(Verdict.RIGHT);
    assertThat(verify("wrong")).isEqualTo(Verdict.WRONG);
    assertThat(verify("missing")).isEqualTo(Verdict.MISSING);
    assertThat(verify("folder")).isEqualTo(Verdict.UNREADABLE);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no FIFOs among its files")
  void waitsForNoFifo() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", folder.resolve("fifo").toString())
            .start()
            .waitFor())
        .isZero();
    assertThat(verify("fifo")).isEqualTo(Verdict.UNREADABLE);
  }

  @Test
  void saysHowFarItIs() throws IOException {
    Files.write(folder.resolve("big"), "x".repeat(600_000).getBytes(StandardCharsets.US_ASCII));
    long[] read = new long[1];
    Sha256Sums.verify(new Line("big", ABC), folder, bytes -> read[0] = bytes);
    assertThat(read[0]).isEqualTo(600_000);
  }

  private Verdict verify(String name) {
    return Sha256Sums.verify(new Line(name, ABC), folder, read -> {});
  }
}
