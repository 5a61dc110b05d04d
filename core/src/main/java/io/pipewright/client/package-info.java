/**
 * Connections that last: {@link io.pipewright.client.ReconnectingClient} keeps one up, {@link
 * io.pipewright.client.ConnectionPool} lends out several, {@link io.pipewright.client.Backoff} says how long to wait before the
 * next try.
 *
 * <p>All of it stands on a {@link io.pipewright.tcp.TcpClient}, which stays its builder's to close, after these.
 */
package io.pipewright.client;
