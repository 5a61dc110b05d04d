package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.pipewright.capture.Capture;
import io.pipewright.kernel.TcpInfo;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A connection as seen from outside, for people who want to know what it is doing. Every method may be called from any thread;
 * the counts are those of a moment ago.
 */
public interface LiveConnection {

  /**
   * The connection of a channel.
   *
   * @param channel a channel of a {@link TcpServer} or a {@link TcpClient}
   * @return empty for other channels, and for one that has been closed
   */
  static Optional<LiveConnection> of(Channel channel) {
    return Optional.ofNullable(channel.pipeline().get(Connection.class));
  }

  /** Netty's short name for the channel, as its logs have it. */
  String id();

  /** The channel itself; {@code channel().close()} ends the connection. */
  Channel channel();

  /** The peer; behind a trusted proxy that speaks the PROXY protocol, the client that it named. */
  SocketAddress remoteAddress();

  /** Since it was accepted or connected. */
  Duration age();

  /** Bytes that came from the peer, as the socket brought them: under TLS, encrypted. */
  long bytesRead();

  /** Bytes that were handed to the transport for the peer. */
  long bytesWritten();

  /** Frames that came; where there is no framing, reads. */
  long messagesRead();

  /** Frames that were written; where there is no framing, writes. */
  long messagesWritten();

  /** Bytes that were written and that the kernel has not taken. */
  long unwrittenBytes();

  /** The kernel's facts, where it tells them: state, round trip, retransmits. One system call. */
  Optional<TcpInfo> tcpInfo();

  /**
   * Records this connection from now on, in the clear, until the capture or the connection ends. Asked for twice, it is
   * recorded once.
   *
   * @param capture a running capture; it stays the caller's to close
   * @return done when what passes from then on is recorded
   */
  CompletableFuture<Void> capture(Capture capture);

  /** Several lines for a person: addresses, age, traffic, what is owed, TCP's state, the handlers in order. */
  String describe();
}
