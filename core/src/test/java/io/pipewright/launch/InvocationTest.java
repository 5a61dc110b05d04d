package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class InvocationTest {

  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir
  Path folder;

  @Test
  void withoutAWordTheBuiltInDefaultsHold() {
    assertThat(run("serve")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).isEqualTo("127.0.0.1 21567 auto 0 5m 30s false null");
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
    String file = file("port = 1\nhost = ::1\nidle-timeout = 3s\ntransport = nio\n# done\n");
    environment.put("PIPEWRIGHT_PORT", "2");
    environment.put("PIPEWRIGHT_IDLE_TIMEOUT", "2s");
    assertThat(run("serve", "--port", "3", "--config", file)).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).isEqualTo("::1 3 nio 0 2s 30s false null");
  }

  @Test
  void theEnvironmentNamesAConfigFileToo() throws IOException {
    environment.put("PIPEWRIGHT_CONFIG", file("name = 文件\n"));
    assertThat(run("serve")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).endsWith(" 文件");
  }

  @Test
  void aFlagThatTheEnvironmentTurnsOnStaysOnWhenItIsGivenAgain() {
    environment.put("PIPEWRIGHT_WIRE_LOG", "true");
    assertThat(run("serve", "--wire-log")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).contains(" true ");
  }

  @Test
  void aVariableThatIsSetToNothingIsNotSet() {
    environment.put("PIPEWRIGHT_PORT", "");
    environment.put("PIPEWRIGHT_CONFIG", "");
    assertThat(run("serve")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).contains(" 21567 ");
  }

  @Test
  void aVariableThatAsksForHelpOrAVersionIsNoOption() {
    environment.put("PIPEWRIGHT_VERSION", "1.2.3");
    environment.put("PIPEWRIGHT_HELP", "true");
    assertThat(run("serve")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aValueIsTakenAsItStands() {
    environment.put("PIPEWRIGHT_NAME", "${sys:user.name} $$x @y \\n");
    assertThat(run("serve")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).endsWith(" ${sys:user.name} $$x @y \\n");
    assertThat(run("serve", "--name", "@y ${sys:user.name}")).isEqualTo(ExitCode.OK);
    assertThat(Serve.seen).endsWith(" @y ${sys:user.name}");
  }

  @Test
  void aKeyOfAnotherCommandOfTheProgramIsNoMistake() throws IOException {
    assertThat(run("serve", "--config", file("retries = 3\n"))).isEqualTo(ExitCode.OK);
  }

  @Test
  void anUnknownKeyIsAMistakeWithTheFileTheKeyAndWhatWasProbablyMeant() throws IOException {
    String file = file("prot = 1\n");
    assertThat(run("serve", "--config", file)).isEqualTo(ExitCode.USAGE);
    assertThat(errors())
        .isEqualTo(
            "tiny: the config file %s has an unknown key 'prot'; did you mean 'port'? (see tiny serve --help)\n"
                .formatted(file));
  }

  @Test
  void aKeyThatIsThereTwiceIsAMistake() throws IOException {
    String file = file("port = 1\nport = 2\n");
    assertThat(run("serve", "--config", file)).isEqualTo(ExitCode.USAGE);
    assertThat(errors())
        .isEqualTo(
            "tiny: the config file %s sets 'port' twice (see tiny serve --help)\n".formatted(file));
  }

  @Test
  void aConfigFileThatIsNotThereIsAMistake() {
    assertThat(run("serve", "--config=nosuch.conf")).isEqualTo(ExitCode.USAGE);
    assertThat(errors())
        .isEqualTo(
            "tiny: cannot read the config file nosuch.conf: no such file or folder (see tiny serve --help)\n");
  }

  @Test
  void aConfigFileThatIsAFolderOrIsNoTextIsAMistake() throws IOException {
    assertThat(run("serve", "--config", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).contains("cannot read the config file " + folder + ": it is a folder");
    Path gbk = folder.resolve("gbk.conf");
    Files.write(gbk, new byte[] {'a', '=', (byte) 0xd6, (byte) 0xd0});
    assertThat(run("serve", "--config", gbk.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).contains("the config file " + gbk + " is not UTF-8");
    assertThat(run("serve", "--config", file("a=\\u12"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).contains(" has a broken \\\\uXXXX escape");
  }

  @Test
  void helpIsGivenEvenWithABrokenConfigFile() {
    assertThat(run("serve", "--help", "--config", "nosuch.conf")).isEqualTo(ExitCode.OK);
    assertThat(errors()).isEmpty();
  }

  @Test
  void aBrokenConfigFileIsNamedBeforeWhatFollowsFromIt() {
    assertThat(run("ask", "--config", "nosuch.conf")).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).startsWith("tiny: cannot read the config file nosuch.conf");
  }

  @Test
  void aBadValueSaysWhereItCameFrom() throws IOException {
    environment.put("PIPEWRIGHT_GRACE", "30");
    assertThat(run("serve")).isEqualTo(ExitCode.USAGE);
    assertThat(errors())
        .isEqualTo("tiny: invalid value for option '--grace': '30' is not a duration: "
            + "write 250ms, 30s, 5m, 2h or 1d, or 0, "
            + "from environment variable PIPEWRIGHT_GRACE (see tiny serve --help)\n");
    environment.clear();
    String file = file("loops = -1\n");
    assertThat(run("serve", "--config", file)).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).contains(", from 'loops' in the config file " + file + " (see");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|no command given: one of ask, serve, sizes (see tiny --help)",
        "sevre|unknown command 'sevre'; did you mean 'serve'? (see tiny --help)",
        "serve x|unexpected argument 'x' (see tiny serve --help)",
        "serve --port|missing required parameter for option '--port' (PORT) (see tiny serve --help)",
        "serve --port 70000|invalid value for option '--port': '70000' is not a port: 0 (any free one) to 65535 (see tiny serve --help)",
        "serve --transport foo|invalid value for option '--transport': no transport 'foo'; there are auto, io_uring, epoll, kqueue, nio (see tiny serve --help)",
        "serve --port 1 --port 2|option '--port' (PORT) should be specified only once (see tiny serve --help)",
        "ask --retries 1 --answer maybe|invalid value for option '--answer': expected one of yes, no but was 'maybe' (see tiny ask --help)",
        "ask|missing required option: '--retries=<retries>' (see tiny ask --help)",
        "ask --retries 1 --charset gkb|invalid value for option '--charset': this Java knows no charset 'gkb'; did you mean 'GBK'? (see tiny ask --help)",
        "ask --retries 1 --charset x-JISAutoDetect|invalid value for option '--charset': 'x-JISAutoDetect' can be read, but not written (see tiny ask --help)"
      })
  void aMistakeIsOneLineThatSaysWhereToLook(String words, String sentence) {
    String[] arguments = words.isEmpty() ? new String[0] : words.split(" ");
    assertThat(run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(errors()).isEqualTo("tiny: " + sentence + "\n");
  }

  @Test
  void aMistakeStaysOneLineWhateverItQuotes() {
    assertThat(run("serve", "--x\n\u001b[31mtiny: fine")).isEqualTo(ExitCode.USAGE);
    assertThat(errors())
        .isEqualTo("tiny: unknown option '--x\\n\\x1b[31mtiny: fine' (see tiny serve --help)\n");
  }

  @Test
  void aCommandMayGiveTheShortNameOfHelpAnotherMeaning() {
    assertThat(run("sizes", "-h")).isEqualTo(17);
    assertThat(run("sizes", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("Usage: tiny sizes")
        .contains("-h, --human-readable")
        .containsPattern("--help +Show this help")
        .contains("-V, --version");
  }

  @Test
  void helpShowsEveryOptionWithItsDefault() {
    assertThat(run("serve", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " "))
        .startsWith("Usage: tiny serve")
        .contains("--host=ADDRESS", "Default: 127.0.0.1")
        .contains("--port=PORT", "Default: 21567")
        .contains("--transport=NAME", "Default: auto")
        .contains("--idle-timeout=TIME", "Default: 5m")
        .contains("--grace=TIME", "Default: 30s")
        .contains("--loops=N", "--wire-log", "--config=FILE", "--verbose", "--version");
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(run("--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("tiny (no version: not run from its jar)\n");
  }

  private int run(String... arguments) {
    PrintStream to = new PrintStream(out, true, Encodings.output());
    PrintStream errorsTo = new PrintStream(err, true, Encodings.error());
    return new Invocation("tiny", environment, to, errorsTo, arguments).run(new Probe());
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String file(String content) throws IOException {
    return Files.writeString(folder.resolve("tiny.conf"), content).toString();
  }

  @Command(subcommands = {Serve.class, Ask.class, Sizes.class})
  static final class Probe {}

  enum YesOrNo {
    YES,
    NO;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(name = "ask")
  static final class Ask implements Callable<Integer> {
    @Option(names = "--retries", required = true, converter = Converters.Positive.class)
    private int retries;

    @Option(names = "--charset", defaultValue = "UTF-8")
    private Charset charset;

    @Option(names = "--answer", defaultValue = "yes")
    private YesOrNo answer;

    @Override
    public Integer call() {
      return charset.canEncode() && retries > 0 && answer == YesOrNo.YES
          ? ExitCode.OK
          : ExitCode.FAILED;
    }
  }

  @Command(name = "sizes")
  static final class Sizes implements Callable<Integer> {
    @Option(names = {"-h", "--human-readable"})
    private boolean human;

    @Override
    public Integer call() {
      return human ? 17 : ExitCode.FAILED;
    }
  }

  @Command(name = "serve")
  static final class Serve implements Callable<Integer> {

    /** picocli makes the command: the last one that ran leaves word here. */
    private static String seen;

    @Mixin
    private final ServerOptions options =
        ServerOptions.onPort(21567).idleAfter(Duration.ofMinutes(5));

    @Option(names = "--name")
    private String name;

    @Override
    public Integer call() {
      Serve.seen = "%s %d %s %d %s %s %s %s"
          .formatted(
              options.host(),
              options.port(),
              options.transport(),
              options.loops(),
              Durations.format(options.idleTimeout()),
              Durations.format(options.grace()),
              options.wireLog(),
              name);
      return ExitCode.OK;
    }
  }
}
