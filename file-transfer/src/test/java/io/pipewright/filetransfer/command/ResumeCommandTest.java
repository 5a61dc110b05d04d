package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class ResumeCommandTest {

  @Command(name = "get")
  static final class Get implements Callable<Integer> {
    @Option(names = {"-r", "--recursive"})
    boolean recursive;

    @Option(names = "--out", defaultValue = ".")
    String out;

    @Parameters
    List<String> words;

    @Override
    public Integer call() {
      return 0;
    }
  }

  @Command(name = "program")
  static final class Main {}

  private static String without(Set<String> finished, String... arguments) {
    List<String> words = resume(finished, arguments).words();
    return String.join(" ", words.subList(words.indexOf("get"), words.size()));
  }

  private static ResumeCommand resume(Set<String> finished, String... arguments) {
    CommandLine root = new CommandLine(new Main()).addSubcommand(new Get());
    root.execute(arguments);
    return ResumeCommand.without(root.getSubcommands().get("get").getParseResult(), finished);
  }

  @Test
  void leavesOutWhatIsFinishedAndNothingElse() {
    String[] arguments = {"get", "-r", "--out", "a", "host:1", "a", "b", "a b"};

    assertThat(without(Set.of(), arguments)).isEqualTo("get --recursive --out=a host:1 a b a b");
    assertThat(without(Set.of("a"), arguments)).isEqualTo("get --recursive --out=a host:1 b a b");
  }

  @Test
  void namesThatLookLikeOptionsStayNames() {
    assertThat(without(Set.of("x"), "get", "host:1", "--", "x", "-y"))
        .isEqualTo("get -- host:1 -y");
  }

  @Test
  void theProgramIsWhatStoodBeforeTheArguments() {
    List<String> commandLine = List.of("java", "-Xmx64m", "-jar", "a b.jar", "get", "x");

    assertThat(ResumeCommand.program(List.of("get", "x"), commandLine))
        .containsExactly("java", "-Xmx64m", "-jar", "a b.jar");
    assertThat(new ResumeCommand(commandLine)).hasToString("java -Xmx64m -jar 'a b.jar' get x");
  }

  @Test
  void aScriptThatStartedTheProgramIsWhatStartsItAgain() {
    System.setProperty("pipewright.program", "/opt/my tools/file-transfer");
    try {
      assertThat(resume(Set.of(), "get", "host:1", "x"))
          .hasToString("'/opt/my tools/file-transfer' get host:1 x");
    } finally {
      System.clearProperty("pipewright.program");
    }
  }

  @Test
  void aCommandLineThatIsNotOursIsNotBelieved() {
    assertThat(ResumeCommand.program(List.of("get", "x"), List.of("java", "@arguments")))
        .startsWith("java", "-cp")
        .endsWith(FileTransfer.class.getName());
    assertThat(ResumeCommand.program(List.of("get"), List.of())).startsWith("java", "-cp");
  }
}
