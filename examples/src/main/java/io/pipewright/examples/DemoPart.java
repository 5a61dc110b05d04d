package io.pipewright.examples;

import io.pipewright.RunningServer;
import java.util.List;

/** One service of the demo: running from its construction on, until it is drained or closed. */
interface DemoPart extends AutoCloseable {

  /** The service's name, and what has to be said of how it runs. */
  void introduce(DemoTable table);

  /** Lets the service's own client work on real input. */
  void drive(DemoTable table);

  /** Drains the service while a client is still connected, and checks its report. */
  void stop(DemoTable table);

  /** Ends at once what is not ended yet. */
  @Override
  void close();

  /** Why a server runs on its transport, one line for each that was looked at. */
  static List<String> reasons(RunningServer server) {
    return server.transportReasons();
  }

  /** Where and on what a server runs: {@code 127.0.0.1:41235 · io_uring · 2 event loops}. */
  static String place(RunningServer server) {
    int loops = server.eventLoops();
    return "127.0.0.1:%d · %s · %d event %s"
        .formatted(server.port(), server.transport(), loops, loops == 1 ? "loop" : "loops");
  }

  /** Fails a step. */
  static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
