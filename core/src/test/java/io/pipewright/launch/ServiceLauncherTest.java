package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.Program;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a user sees of a program: its two streams and its exit code, from a JVM of its own. */
class ServiceLauncherTest {

  @Test
  void aMistakeIsOneLineAndExitCodeTwo() throws Exception {
    try (Program program = start("server", "--prot", "1")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(program.out()).isEmpty();
      assertThat(program.err())
          .isEqualTo(
              "tiny: unknown option '--prot'; did you mean '--port'? (see tiny server --help)\n");
    }
  }

  @Test
  void aFailureIsOneLineAndItsOwnExitCodeAndTheLogKeepsToOneLineARecord() throws Exception {
    try (Program program = start("fail", "bind")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.CANNOT_LISTEN);
      assertThat(program.out()).isEmpty();
      assertThat(TinyProgram.errors(program))
          .containsExactly(
              "WARN  tiny: a record of two lines java.io.IOException: and its cause",
              "tiny: cannot listen on 127.0.0.1:80: permission denied");
    }
  }

  @Test
  void verboseShowsTheStackTraceAndLogsInDetail() throws Exception {
    try (Program program = start("fail", "bind", "--verbose");
        Program other = start("show", "--name", "x", "--verbose")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.CANNOT_LISTEN);
      assertThat(TinyProgram.errors(program))
          .contains(
              "WARN  tiny: a record of two lines",
              "tiny: cannot listen on 127.0.0.1:80: permission denied",
              "io.pipewright.BindFailedException: "
                  + "cannot listen on 127.0.0.1:80: permission denied");
      assertThat(program.err()).contains("\tat " + TinyProgram.Fail.class.getName() + ".call");
      assertThat(other.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(TinyProgram.errors(other)).containsExactly("DEBUG tiny: in detail");
    }
  }

  @Test
  void theEnvironmentOfTheProcessSetsOptions() throws Exception {
    Map<String, String> environment = Map.of("PIPEWRIGHT_NAME", "env", "PIPEWRIGHT_PORT", "5");
    try (Program program = TinyProgram.start(List.of(), environment, "show", "--port", "6")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("env 127.0.0.1 6 auto 0 0s 30s false UTF-8 65536 null\n");
      assertThat(program.err()).isEmpty();
    }
  }

  @Test
  void thePosixLocaleLosesNoCharacter() throws Exception {
    Map<String, String> posix = Map.of("LC_ALL", "POSIX");
    try (Program program = TinyProgram.start(List.of(), posix, "ask");
        Program error = TinyProgram.start(List.of(), posix, "show", "--name", "x", "--port=中")) {
      program.type("网络编程");
      program.endInput();
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("> read 网络编程 (4)\n> end of input\n");
      assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only there the lost bytes can be read again")
  void thePosixLocaleLosesNoCharacterOfArgumentsAndEnvironmentEither() throws Exception {
    Map<String, String> posix = Map.of("LC_ALL", "POSIX", "PIPEWRIGHT_HOST", "编程");
    try (Program program = TinyProgram.start(List.of(), posix, "show", "--name", "网络")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).startsWith("网络 编程 ");
    }
  }

  @Test
  void aClosedConnectionEndsTheProgramWhileStandardInputBlocks() throws Exception {
    try (Program program = start("ask", "--closes-after", "300ms")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo("> closed\n");
    }
  }

  private Program start(String... arguments) throws IOException {
    return TinyProgram.start(List.of(), Map.of(), arguments);
  }
}
