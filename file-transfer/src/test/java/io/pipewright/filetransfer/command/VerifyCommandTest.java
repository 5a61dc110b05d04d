package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.launch.ExitCode;
import io.pipewright.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

  /** As {@code printf hello | sha256sum} says. */
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private static final String OTHER = "0".repeat(64);

  @TempDir
  Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.writeString(folder.resolve("right"), "hello");
    Files.writeString(folder.resolve("网络 1"), "hello");
    Files.writeString(folder.resolve("wrong"), "hullo");
    Files.createDirectory(folder.resolve("folder"));
  }

  private Program verify(Map<String, String> environment, String list, String... more)
      throws IOException {
    Path sums = Files.writeString(folder.resolve("SHA256SUMS"), list);
    List<String> java =
        List.of("-cp", System.getProperty("java.class.path"), FileTransfer.class.getName());
    List<String> arguments =
        new java.util.ArrayList<>(List.of("verify", sums.toString(), "--in", folder.toString()));
    arguments.addAll(List.of(more));
    return Program.start(java, environment, arguments.toArray(String[]::new));
  }

  @Test
  void tellsOfEachFileAndTheWorstCounts() throws Exception {
    String list = HELLO + "  right\n" + HELLO + " *网络 1\n" + HELLO + "  missing\n" + HELLO
        + "  wrong\n" + HELLO + "  folder\n\\" + HELLO + "  a\\nb\n";
    try (Program verify = verify(Map.of("LC_ALL", "C"), list)) {
      assertThat(verify.exitCode()).as(verify.err()).isEqualTo(ExitCode.INTEGRITY);
      assertThat(verify.out())
          .isEqualTo(
              "right: OK\n网络 1: OK\nmissing: MISSING\nwrong: FAILED\nfolder: UNREADABLE\na\\nb: MISSING\n");
      assertThat(verify.err())
          .isEqualTo(
              "file-transfer: of 6 files 1 have another sum, 2 are missing, 1 cannot be read\n");
    }
  }

  @Test
  void saysNothingMoreWhenAllIsRight() throws Exception {
    try (Program verify = verify(Map.of(), HELLO + "  ./right\n", "--json")) {
      assertThat(verify.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(verify.out()).isEqualTo("{\"name\":\"./right\",\"verdict\":\"ok\"}\n");
      assertThat(verify.err()).isEmpty();
    }
  }

  @Test
  void whatIsMissingHasACodeOfItsOwn() throws Exception {
    try (Program verify = verify(Map.of(), OTHER + "  missing\n")) {
      assertThat(verify.exitCode()).isEqualTo(ExitCode.REFUSED);
    }
  }

  @Test
  void aListThatIsNoneIsAMistakeOfTheCommandLine() throws Exception {
    try (Program empty = verify(Map.of(), "\n");
        Program other = verify(Map.of(), HELLO + "\n")) {
      assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(other.err()).startsWith("file-transfer: line 1 of ").hasLineCount(1);
      assertThat(empty.exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }
}
