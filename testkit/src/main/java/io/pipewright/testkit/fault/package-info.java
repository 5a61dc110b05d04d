/**
 * Bad networks between a client and a server, on purpose and repeatably.
 *
 * <p>{@link io.pipewright.testkit.fault.TcpFaultProxy} stands between TCP clients and a server,
 * {@link io.pipewright.testkit.fault.UdpFaultRelay} between UDP clients and a server. Both are plain
 * sockets on one daemon thread of their own: they know nothing of what is tested, and are told what
 * to do wrong by values ({@link io.pipewright.testkit.fault.Faults}, {@link
 * io.pipewright.testkit.fault.DatagramFaults}).
 */
package io.pipewright.testkit.fault;
