/**
 * The TCP echo service and its client.
 *
 * <p>{@link io.pipewright.tcpecho.TcpEchoServer} and {@link io.pipewright.tcpecho.TcpEchoClient} start from code, {@link
 * io.pipewright.tcpecho.TcpEcho} from a command line. The path of a message: framing (none by default: what a read brings) ►
 * idle ► the handler of the {@link io.pipewright.tcpecho.Reply}.
 */
package io.pipewright.tcpecho;
