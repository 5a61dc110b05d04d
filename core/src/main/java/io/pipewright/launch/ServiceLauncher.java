package io.pipewright.launch;

import io.pipewright.RunningServer;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Runs a program: a picocli command becomes a process that behaves like the others of its kind.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *   System.exit(ServiceLauncher.run("tcp-echo", new TcpEcho(), args));
 * }
 * }</pre>
 *
 * <ul>
 *   <li>Every command gets {@code --help} with the defaults, {@code --version} from the jar's
 *       manifest, {@code --config} and {@code --verbose}.
 *   <li>An option's value comes from the command line, else the environment ({@code
 *       PIPEWRIGHT_IDLE_TIMEOUT} for {@code --idle-timeout}), else the config file ({@code
 *       idle-timeout}), else it is the built-in default.
 *   <li>A failure is one line on standard error, {@code PROGRAM: sentence}, and an {@link
 *       ExitCode}; a stack trace only with {@code --verbose}.
 *   <li>The log goes to standard error, a line a record. Nothing of a program may log before {@code
 *       run} is called: the log is set up there.
 *   <li>Standard output and error speak UTF-8 unless the locale names another charset; arguments
 *       and environment are read so too, where the system lets them.
 * </ul>
 */
public final class ServiceLauncher {

  private ServiceLauncher() {}

  /**
   * Parses the arguments, runs the command they name and tells its failure.
   *
   * @param program the name a user types, which begins each message
   * @param command a picocli command; {@code Callable<Integer>} commands return the exit code
   * @param args as {@code main} got them
   * @return the code to end the process with; this method does not end it
   */
  public static int run(String program, Object command, String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream encodedOut = Encodings.encoded(out, Encodings.output());
    PrintStream encodedErr = Encodings.encoded(err, Encodings.error());
    System.setOut(encodedOut);
    System.setErr(encodedErr);
    try {
      NativeWords words = new NativeWords();
      Invocation invocation = new Invocation(
          program,
          words.environment(System.getenv()),
          encodedOut,
          encodedErr,
          words.arguments(args));
      LibraryDefaults.apply();
      ProgramLog.setUp(invocation.verbose());
      return wroteAll(encodedOut, invocation, invocation.run(command));
    } finally {
      encodedOut.flush();
      encodedErr.flush();
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** A program whose output is lost, help and version too, has not done what it was asked for. */
  private static int wroteAll(PrintStream out, Invocation invocation, int code) {
    return code == ExitCode.OK && out.checkError()
        ? invocation.failed(Terminal.cannotWrite())
        : code;
  }

  /**
   * Starts a server, says that it is ready, and waits until it has stopped.
   *
   * <p>When it listens, one line goes to standard output: {@code tcp-echo listening on
   * 127.0.0.1:21567 (io_uring, 2 event loops)}. SIGINT, SIGTERM or SIGHUP drains it: no new
   * clients, the idle are closed, the busy may finish within the grace. A second signal forces the
   * rest at once. How it went is one line in the log.
   *
   * @param program the name in the ready line
   * @param options gives the grace, and the host if the server listens on every address: {@code
   *     0.0.0.0} and {@code ::} are told apart by what was asked for, since the socket is mostly
   *     the same
   * @param start starts the server, or throws what {@link #run} turns into a line and a code
   * @return {@link ExitCode#OK} when the server was stopped by a signal, or by itself, and nothing
   *     had to be forced; otherwise {@link ExitCode#FORCED}
   */
  public static int serve(String program, ServerOptions options, Supplier<RunningServer> start) {
    try {
      return new ServiceRun(
              new ReadyLine(program, options.host()), options.grace(), options.drainDelay())
          .run(start);
    } finally {
      options.serverHasEnded();
    }
  }

  /**
   * The same for a program without {@link ServerOptions}.
   *
   * @param program the name in the ready line
   * @param grace how long the busy may take after the first signal
   * @param start starts the server, or throws what {@link #run} turns into a line and a code
   * @return as above
   */
  public static int serve(String program, Duration grace, Supplier<RunningServer> start) {
    return new ServiceRun(new ReadyLine(program, ""), grace, Duration.ZERO).run(start);
  }
}
