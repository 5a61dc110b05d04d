package io.pipewright.filetransfer.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "--out", "a/b.txt", "127.0.0.1:8080", "--rate=10MB", "a,b", "a@b"})
  void leavesWordsAloneThatNoShellChanges(String word) {
    assertThat(ShellWord.of(word)).isEqualTo(word);
  }

  @Test
  void quotesWhatAShellWouldChange() {
    assertThat(ShellWord.of("a b")).isEqualTo("'a b'");
    assertThat(ShellWord.of("it's")).isEqualTo("'it'\\''s'");
    assertThat(ShellWord.of("")).isEqualTo("''");
    assertThat(ShellWord.of("~x")).isEqualTo("'~x'");
    assertThat(ShellWord.of("=x")).isEqualTo("'=x'");
    assertThat(ShellWord.of("网络")).isEqualTo("'网络'");
  }

  @Test
  void showsNoControlCharacter() {
    assertThat(ShellWord.of("\u001b[2Jx'\\")).isEqualTo("$'\\033[2Jx\\'\\\\'");
    assertThat(ShellWord.of("a\u202eb")).isEqualTo("$'a\\342\\200\\256b'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(touch x)",
        "`id`",
        "a;b|c&d",
        "*?[a]{b,c}",
        "!x",
        "a\nb\n",
        "\t",
        "'",
        "\\",
        "\"",
        "\u001b[31m",
        "a\u202eb",
        "网络 1",
        "#",
        "<>"
      })
  void aShellReadsBackWhatWasQuoted(String word) throws Exception {
    Path bash = Path.of("/bin/bash");
    assumeThat(bash).as("there is no bash here").exists();

    assertThat(printedBy(bash, "printf %s. " + ShellWord.of(word))).isEqualTo(word + ".");
  }

  private static String printedBy(Path shell, String command) throws IOException {
    Process process = new ProcessBuilder(shell.toString(), "-c", command)
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }
}
