package io.pipewright.tcp;

import io.netty.channel.Channel;
import io.pipewright.socket.ServerLifecycle;
import io.pipewright.transport.EventLoops;
import java.time.Duration;

/** A listening TCP server: one listener, its connections. */
final class TcpListener extends ServerLifecycle {

  private final Channel listener;
  private final Connections connections;

  TcpListener(Channel listener, Connections connections, EventLoops loops, boolean ownsLoops) {
    super(listener, loops, ownsLoops);
    this.listener = listener;
    this.connections = connections;
  }

  /** The listener goes first: new clients are refused from here on, the accepted ones are judged one by one. */
  @Override
  protected void beginDrain(Duration grace) {
    listener.close().addListener(closed -> {
      connections.drain(grace);
      connections.whenEmpty(this::drained);
    });
  }

  @Override
  protected void shortenDrain(Duration grace) {
    connections.drain(grace);
  }

  @Override
  public int connections() {
    return connections.size();
  }

  @Override
  public String toString() {
    return "TcpServer[" + localAddress() + ", " + state() + ", " + connections() + " open]";
  }
}
