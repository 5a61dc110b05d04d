/**
 * TCP servers and clients that run a {@link io.pipewright.pipeline.Pipeline}: a listener with drain, a connector with errors
 * that say host, port and cause.
 *
 * <p>The path of a byte: {@link io.pipewright.tcp.TcpServer} accepts; the connection's own handler stands first, notes
 * traffic and judges whether the connection is busy; then come the pipeline's handlers in slot order; what none of them
 * handled is logged by the last one.
 */
package io.pipewright.tcp;
