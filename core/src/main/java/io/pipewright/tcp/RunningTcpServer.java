package io.pipewright.tcp;

import io.pipewright.RunningServer;
import io.pipewright.admission.Admission;
import io.pipewright.kernel.TcpState;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A TCP server whose addresses are bound. */
public interface RunningTcpServer extends RunningServer {

  /** The connections that are open now, in no order. */
  List<LiveConnection> openConnections();

  /** Who is let in, which may be changed while the server runs. */
  Admission admission();

  /**
   * How many sockets of the server's port are in which state of TCP, by the kernel's tables. Reads a file: not for event loops.
   *
   * @return states that none is in are missing; empty for a server on Unix domain sockets alone
   * @throws IOException if this system has no such tables
   */
  Map<TcpState, Integer> kernelStates() throws IOException;
}
