package io.pipewright.tcp;

import io.pipewright.RunningServer;
import io.pipewright.admission.Admission;
import io.pipewright.capture.Capture;
import io.pipewright.kernel.TcpState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A TCP server whose addresses are bound. */
public interface RunningTcpServer extends RunningServer {

  /** The connections that are open now, in no order. */
  List<LiveConnection> openConnections();

  /** Who is let in, which may be changed while the server runs. */
  Admission admission();

  /**
   * Records the connections that are open now and those that come, in the clear, until the capture ends. There may be several
   * captures at once.
   *
   * @param capture a running capture; it stays the caller's to close
   * @return done when what passes on all of them from then on is recorded
   */
  CompletableFuture<Void> capture(Capture capture);

  /**
   * How many sockets of the server's port are in which state of TCP, by the kernel's tables. Reads a file: not for event loops.
   *
   * @return states that none is in are missing; empty for a server on Unix domain sockets alone
   * @throws IOException if this system has no such tables
   */
  Map<TcpState, Integer> kernelStates() throws IOException;
}
