package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of a program: its two streams and its exit code, from a JVM of its own. */
class ServiceLauncherTest {

  @TempDir
  Path folder;

  @Test
  void aMistakeIsOneLineAndExitCodeTwo() throws Exception {
    try (ChildProgram program = start("server", "--prot", "1")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(program.out()).isEmpty();
      assertThat(program.err())
          .isEqualTo(
              "tiny: unknown option '--prot'; did you mean '--port'? (see tiny server --help)\n");
    }
  }

  @Test
  void aFailureIsOneLineAndItsOwnExitCodeAndTheLogKeepsToOneLineARecord() throws Exception {
    try (ChildProgram program = start("fail", "bind")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.CANNOT_LISTEN);
      assertThat(program.out()).isEmpty();
      assertThat(program.log())
          .containsExactly(
              "WARN  tiny: a record of two lines java.io.IOException: and its cause",
              "tiny: cannot listen on 127.0.0.1:80: permission denied");
    }
  }

  @Test
  void verboseShowsTheStackTraceAndLogsInDetail() throws Exception {
    try (ChildProgram program = start("fail", "bind", "--verbose");
        ChildProgram other = start("show", "--name", "x", "--verbose")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.CANNOT_LISTEN);
      assertThat(program.log())
          .contains(
              "WARN  tiny: a record of two lines",
              "tiny: cannot listen on 127.0.0.1:80: permission denied",
              "io.pipewright.BindFailedException: "
                  + "cannot listen on 127.0.0.1:80: permission denied");
      assertThat(program.err()).contains("\tat " + TinyProgram.Fail.class.getName() + ".call");
      assertThat(other.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(other.log()).containsExactly("DEBUG tiny: in detail");
    }
  }

  @Test
  void theEnvironmentOfTheProcessSetsOptions() throws Exception {
    Map<String, String> environment = Map.of("PIPEWRIGHT_NAME", "env", "PIPEWRIGHT_PORT", "5");
    try (ChildProgram program =
        ChildProgram.start(folder, environment, List.of(), "show", "--port", "6")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("env 127.0.0.1 6 auto 0 0s 30s false UTF-8 65536 null\n");
      assertThat(program.err()).isEmpty();
    }
  }

  @Test
  void thePosixLocaleLosesNoCharacter() throws Exception {
    Map<String, String> posix = Map.of("LC_ALL", "POSIX");
    try (ChildProgram program = ChildProgram.start(folder, posix, List.of(), "ask");
        ChildProgram error =
            ChildProgram.start(folder, posix, List.of(), "show", "--name", "x", "--port=中")) {
      type(program, "网络编程\n");
      program.keyboard().close();
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("> read 网络编程 (4)\n> end of input\n");
      assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }

  @Test
  void aClosedConnectionEndsTheProgramWhileStandardInputBlocks() throws Exception {
    try (ChildProgram program = start("ask", "--closes-after", "300ms")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("> closed\n");
    }
  }

  private ChildProgram start(String... arguments) throws IOException {
    return ChildProgram.start(folder, Map.of(), List.of(), arguments);
  }

  private static void type(ChildProgram program, String text) throws IOException {
    program.keyboard().write(text.getBytes(StandardCharsets.UTF_8));
    program.keyboard().flush();
  }
}
