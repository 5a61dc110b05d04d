/**
 * What the kernel knows of TCP sockets and Netty does not say: {@link io.pipewright.kernel.TcpInfo} of one connection, {@link
 * io.pipewright.kernel.TcpStates} of a port, and which of the sockets that share a port gets new connections.
 *
 * <p>Linux tells it; elsewhere these answer that they do not know.
 */
package io.pipewright.kernel;
