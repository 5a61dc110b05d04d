package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.launch.ExitCode;
import io.pipewright.launch.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DemoTest {

  @Test
  void everyStepGoesWellAndNothingIsLeftBehind() throws Exception {
    List<Path> before = temporaryFolders();
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    Demo demo = Commands.parsed(new Demo(), List.of("--size", "8MiB"));

    PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
    int exitCode = demo.run(Terminal.of(InputStream.nullInputStream(), out), false);

    String table = screen.toString(StandardCharsets.UTF_8);
    assertThat(exitCode).as(table).isEqualTo(ExitCode.OK);
    assertThat(table).contains("all 16 steps went well").doesNotContain("✗");
    assertThat(temporaryFolders()).isEqualTo(before);
  }

  private static List<Path> temporaryFolders() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("pipewright-demo-"))
          .sorted()
          .toList();
    }
  }
}
