package io.pipewright.launch;

import io.pipewright.BindFailedException;
import io.pipewright.RunningServer;
import io.pipewright.address.HostPort;
import io.pipewright.testkit.Program;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A program for the tests, run in a JVM of its own: every way to start, talk and end. */
@Command(
    description = "A program for tests.",
    subcommands = {
      TinyProgram.Server.class,
      TinyProgram.Show.class,
      TinyProgram.Fail.class,
      TinyProgram.Ask.class
    })
final class TinyProgram {

  /** Starts it in a JVM of its own. */
  static Program start(List<String> jvm, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> java = new ArrayList<>(jvm);
    java.addAll(List.of("-cp", System.getProperty("java.class.path"), TinyProgram.class.getName()));
    return Program.start(java, environment, arguments);
  }

  /** What a program wrote to standard error, its log records without their time. */
  static List<String> errors(Program program) {
    return program
        .err()
        .lines()
        .map(line -> line.replaceFirst("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
        .toList();
  }

  public static void main(String[] args) {
    System.exit(ServiceLauncher.run("tiny", new TinyProgram(), args));
  }

  /** A server whose connections are as busy as the test wants. */
  @Command(name = "server", description = "Serves nobody.")
  static final class Server implements Callable<Integer> {

    @Mixin
    private final ServerOptions options =
        ServerOptions.onPort(21567).idleAfter(Duration.ofMinutes(5));

    @Option(names = "--busy", defaultValue = "0")
    private int busy;

    @Option(names = "--idle", defaultValue = "0")
    private int idle;

    @Option(names = "--finish-after", defaultValue = "0")
    private Duration finishAfter;

    @Option(names = "--start-takes", defaultValue = "0")
    private Duration startTakes;

    @Option(names = "--ends-after")
    private Duration endsAfter;

    @Option(names = "--hangs")
    private boolean hangs;

    @Override
    public Integer call() {
      return ServiceLauncher.serve("tiny", options, this::start);
    }

    private RunningServer start() {
      if (!startTakes.isZero()) {
        System.err.println("starting");
        pause(startTakes);
      }
      FakeServer server =
          new FakeServer(options.host(), options.port(), busy, idle, finishAfter, hangs);
      if (endsAfter != null) {
        CompletableFuture.delayedExecutor(endsAfter.toMillis(), TimeUnit.MILLISECONDS)
            .execute(server::close);
      }
      return server;
    }

    private static void pause(Duration time) {
      try {
        Thread.sleep(time.toMillis());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Prints what its options came to. */
  @Command(name = "show", description = "Shows its options.")
  static final class Show implements Callable<Integer> {

    @Mixin
    private final ServerOptions options = ServerOptions.onPort(7);

    @Option(names = "--charset", defaultValue = "UTF-8")
    private Charset charset;

    @Option(names = "--max-frame", defaultValue = "64KiB")
    private ByteSize maxFrame;

    @Option(names = "--name", required = true)
    private String name;

    @Parameters(arity = "0..1", paramLabel = "HOST:PORT")
    private HostPort target;

    @Override
    public Integer call() {
      LoggerFactory.getLogger("io.pipewright.tiny").debug("in detail");
      System.out.printf(
          "%s %s %d %s %d %s %s %s %s %d %s%n",
          name,
          options.host(),
          options.port(),
          options.transport(),
          options.loops(),
          Durations.format(options.idleTimeout()),
          Durations.format(options.grace()),
          options.wireLog(),
          charset,
          maxFrame.bytes(),
          target);
      return ExitCode.OK;
    }
  }

  /** Fails in the way that is named. */
  @Command(name = "fail", description = "Fails.")
  static final class Fail implements Callable<Integer> {

    @Parameters(paramLabel = "HOW")
    private String how;

    @Override
    public Integer call() throws Exception {
      LoggerFactory.getLogger("io.pipewright.tiny")
          .warn("a record\nof two lines", new IOException("and its\ncause"));
      if (how.equals("error")) {
        throw new StackOverflowError();
      }
      throw switch (how) {
        case "bind" ->
          new BindFailedException("127.0.0.1:80", "permission denied", new IOException());
        case "wrapped" ->
          new CompletionException(new LaunchException(ExitCode.INTEGRITY, "not what was sent"));
        case "file" -> new NoSuchFileException("a\nb");
        default -> new IllegalStateException("oops");
      };
    }
  }

  /** Prints what it reads, until the input ends or its connection does. */
  @Command(name = "ask", description = "Asks.")
  static final class Ask implements Callable<Integer> {

    @Option(names = "--closes-after")
    private Duration closesAfter;

    @Override
    public Integer call() throws InterruptedException {
      CompletableFuture<Void> closed = new CompletableFuture<>();
      if (closesAfter != null) {
        closed.completeOnTimeout(null, closesAfter.toMillis(), TimeUnit.MILLISECONDS);
      }
      Terminal terminal = Terminal.standard();
      for (Optional<String> line = terminal.ask("> ", closed);
          line.isPresent();
          line = terminal.ask("> ", closed)) {
        terminal.println("read " + line.get() + " (" + line.get().length() + ")");
      }
      terminal.println(closed.isDone() ? "closed" : "end of input");
      return ExitCode.OK;
    }
  }
}
