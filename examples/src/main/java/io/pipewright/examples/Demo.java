package io.pipewright.examples;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The guided demo: starts the three services on loopback, lets their clients work on real input,
 * checks every result, and stops everything in order. {@code ./mvnw -q compile exec:java} runs it.
 */
@Command(name = Demo.NAME, description = "Shows the three services at work, in a few seconds.")
public final class Demo implements Callable<Integer> {

  static final String NAME = "demo";

  private static final String LOG_LEVEL = "pipewright.log.level";

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      defaultValue = "256MiB",
      description = "The size of the file that is downloaded.")
  private ByteSize size;

  Demo() {}

  /**
   * Runs the demo, and ends the process with an exit code only if something failed: a build tool in
   * whose process it runs goes on.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int exitCode = ServiceLauncher.run(NAME, new Demo(), args);
    if (exitCode != ExitCode.OK) {
      System.exit(exitCode);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "WARN"); // the table says what goes on
    }
    Terminal terminal = Terminal.standard();
    return run(terminal, terminal.interactive());
  }

  /** Colours and progress bars are for somebody who watches. */
  int run(Terminal terminal, boolean watched) throws InterruptedException {
    DemoTable table =
        new DemoTable(terminal::println, watched && System.getenv("NO_COLOR") == null);
    table.begin("Pipewright · three services, their own clients, real input", machine());
    try (TcpEchoDemo tcp = new TcpEchoDemo();
        UdpEchoDemo udp = new UdpEchoDemo();
        FileDemo files = new FileDemo(size.bytes(), watched)) {
      List<DemoPart> parts = List.of(tcp, udp, files);
      tcp.leaveOneIdle();
      for (DemoPart part : parts) {
        part.introduce(table);
        part.drive(table);
      }
      table.section("Goodbye · new clients are refused, the busy may finish", List.of());
      parts.forEach(part -> part.stop(table));
    }
    table.end();
    return table.allWell() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String machine() {
    return "Java %s · %s %s %s · %d processors"
        .formatted(
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors());
  }
}
