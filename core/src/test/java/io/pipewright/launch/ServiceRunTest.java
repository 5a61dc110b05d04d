package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.testkit.Program;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no signals to send")
class ServiceRunTest {

  private static final String READY = "tiny listening on 127.0.0.1:4711 (nio, ";

  private static final String STARTED =
      "INFO  ServiceRun: transport nio (asked for by name; it is all there is)";

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void aSignalLetsTheBusyFinishAndTheExitCodeIsZero(String signal) throws Exception {
    try (Program program = serving("--busy", "2", "--idle", "3", "--finish-after", "200ms")) {
      program.signal(signal);
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEqualTo(READY + "3 event loops)\n");
      assertThat(TinyProgram.errors(program))
          .containsExactly(
              STARTED,
              "INFO  ServiceRun: SIG" + signal + ": draining 5 connections for at most 30s",
              "INFO  ServiceRun: stopped: 2 finished, 3 idle, 0 forced in 0.200 s");
    }
  }

  @Test
  void usr1AsksWhatItHasDoneSoFarAndStopsNothing() throws Exception {
    try (Program program = serving("--idle", "3")) {
      program.signal("USR1");
      program.awaitErrors("so far: accepted 0, open 3, refused 0, read 0 bytes in 0 messages");
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
    }
  }

  @Test
  void theLogSaysHowManyAreBusyOnceTheIdleAreGone() throws Exception {
    try (Program program = serving("--busy", "1", "--idle", "3", "--finish-after", "1500ms")) {
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(TinyProgram.errors(program))
          .containsExactly(
              STARTED,
              "INFO  ServiceRun: SIGTERM: draining 4 connections for at most 30s",
              "INFO  ServiceRun: the idle are closed; waiting for the busy: 1 connection",
              "INFO  ServiceRun: stopped: 1 finished, 3 idle, 0 forced in 1.500 s");
    }
  }

  @Test
  void whatIsBusyAfterTheGraceIsForcedAndTheExitCodeIsTen() throws Exception {
    try (Program program = serving("--busy", "2", "--finish-after", "1h", "--grace", "100ms")) {
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.FORCED);
      assertThat(TinyProgram.errors(program))
          .containsExactly(
              STARTED,
              "INFO  ServiceRun: SIGTERM: draining 2 connections for at most 100ms",
              "WARN  ServiceRun: stopped by force: 0 finished, 0 idle, 2 forced in 0.100 s");
    }
  }

  @Test
  void aSecondSignalForcesAtOnce() throws Exception {
    try (Program program = serving("--busy", "2", "--finish-after", "1h")) {
      program.signal("TERM");
      program.awaitErrors("draining");
      program.signal("INT");
      assertThat(program.exitCode()).isEqualTo(ExitCode.FORCED);
      assertThat(TinyProgram.errors(program))
          .containsSubsequence(
              "INFO  ServiceRun: SIGTERM: draining 2 connections for at most 30s",
              "INFO  ServiceRun: SIGINT again: forcing 2 connections",
              "WARN  ServiceRun: stopped by force: 0 finished, 0 idle, 2 forced in 0.000 s");
    }
  }

  @Test
  void signalsThatComeLateDoNotChangeTheExitCode() throws Exception {
    try (Program program = serving()) {
      for (int i = 0; i < 50 && program.isAlive(); i++) {
        signalIfAlive(program);
      }
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
    }
  }

  private static void signalIfAlive(Program program) throws InterruptedException {
    try {
      program.signal("TERM");
    } catch (IOException e) {
      // it ended between the look and the signal: the exit code will tell
    }
  }

  @Test
  void aServerThatNeverStopsIsLeftBehind() throws Exception {
    try (Program program = serving("--hangs", "--grace", "0")) {
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.FORCED);
      assertThat(TinyProgram.errors(program))
          .last()
          .isEqualTo("ERROR ServiceRun: the server did not stop: leaving it behind");
    }
  }

  @Test
  void aSignalWhileStartingStopsTheServerAsSoonAsItHasStarted() throws Exception {
    try (Program program = start(List.of(), "server", "--start-takes", "2s")) {
      program.awaitErrors("starting");
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out()).isEmpty();
    }
  }

  @Test
  void aSecondSignalEndsAStartThatHangs() throws Exception {
    try (Program program = start(List.of(), "server", "--start-takes", "1h")) {
      program.awaitErrors("starting");
      program.signal("TERM");
      program.awaitErrors("while starting");
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.FORCED);
    }
  }

  @Test
  void aServerThatStopsByItselfEndsTheProgram() throws Exception {
    try (Program program = serving("--idle", "1", "--ends-after", "200ms")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(TinyProgram.errors(program))
          .containsExactly(
              STARTED, "INFO  ServiceRun: stopped: 0 finished, 1 idle, 0 forced in 0.000 s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:4711", "[::]:4711", "[::1]:4711"})
  void theReadyLineNamesTheAddressThatIsListenedOn(String address) throws Exception {
    String host = address.replaceFirst(":\\d+$", "").replaceAll("[\\[\\]]", "");
    try (Program program =
        start(List.of(), "server", "--port", "4711", "--host", host, "--ends-after", "10ms")) {
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(program.out())
          .isEqualTo("tiny listening on " + address + " (nio, 1 event loop)\n");
    }
  }

  @Test
  void aJvmWithoutItsSignalClassDrainsAllTheSame() throws Exception {
    List<String> jvm = List.of("--limit-modules", "java.base,java.xml,java.naming");
    try (Program program =
        start(jvm, "server", "--port", "4711", "--busy", "1", "--finish-after", "200ms")) {
      program.awaitOutput(READY);
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(ExitCode.OK);
      assertThat(TinyProgram.errors(program))
          .contains("INFO  ServiceRun: stopped: 1 finished, 0 idle, 0 forced in 0.200 s");
    }
  }

  private Program serving(String... options) throws IOException {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "server";
    arguments[1] = "--port";
    arguments[2] = "4711";
    System.arraycopy(options, 0, arguments, 3, options.length);
    Program program = start(List.of(), arguments);
    program.awaitOutput(READY);
    return program;
  }

  private Program start(List<String> jvm, String... arguments) throws IOException {
    return TinyProgram.start(jvm, Map.of(), arguments);
  }
}
