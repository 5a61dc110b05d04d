package io.pipewright.testkit.fault;

import java.util.Random;

/** Which faults the n-th connection through a {@link TcpFaultProxy} meets. */
@FunctionalInterface
public interface FaultPlan {

  /**
   * The faults of one connection. Called on the proxy's thread, in the order of connections; if it
   * throws, that connection is reset and {@link TcpFaultProxy#close} reports what was thrown.
   *
   * @param connection 1 for the first connection that the proxy accepts
   * @param random numbers that depend on the proxy's seed and the connection's number alone
   */
  Faults faultsOf(int connection, Random random);
}
