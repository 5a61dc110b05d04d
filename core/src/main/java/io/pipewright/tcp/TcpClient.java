package io.pipewright.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.pipewright.ConnectFailedException;
import io.pipewright.socket.ClientChannels;
import io.pipewright.socket.SocketErrors;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Connects to one TCP server, as often as it is asked to, with one {@link io.pipewright.pipeline.Pipeline} for each
 * connection. Thread-safe.
 *
 * <p>Whoever built it closes it: that closes its connections, and the event loops that it made itself.
 */
public final class TcpClient implements AutoCloseable {

  private final String host;
  private final int port;
  private final Duration connectTimeout;
  private final Bootstrap bootstrap;
  private final ClientChannels open;

  TcpClient(
      String host, int port, Duration connectTimeout, Bootstrap bootstrap, ClientChannels open) {
    this.host = host;
    this.port = port;
    this.connectTimeout = connectTimeout;
    this.bootstrap = bootstrap;
    this.open = open;
  }

  /** A builder with every default. */
  public static TcpClientBuilder builder() {
    return new TcpClientBuilder();
  }

  /**
   * Connects and waits for it, for the connect timeout an address at most.
   *
   * @return the connection; closed by the caller, by its handlers, or with this client
   * @throws ConnectFailedException which host and port, and why
   * @throws IllegalStateException if called on one of the client's event loops, which it would block for ever
   */
  public Channel connect() {
    if (open.inEventLoop()) {
      throw new IllegalStateException(
          "connect() waits for the event loop that it was called on; use connectAsync()");
    }
    try {
      return connectAsync().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
  }

  /**
   * Connects. The name is resolved away from event loops; its addresses are tried in the resolver's order until one answers.
   *
   * @return the connection, or failed with a {@link ConnectFailedException}
   */
  public CompletableFuture<Channel> connectAsync() {
    return CompletableFuture.supplyAsync(this::resolve)
        .thenCompose(addresses -> connectToFirst(addresses, 0))
        .exceptionally(cause -> {
          throw SocketErrors.connectFailed(host, port, connectTimeout, cause);
        });
  }

  private InetAddress[] resolve() {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  private CompletableFuture<Channel> connectToFirst(InetAddress[] addresses, int next) {
    CompletableFuture<Channel> connected =
        connected(bootstrap.connect(new InetSocketAddress(addresses[next], port)));
    if (next + 1 == addresses.length) {
      return connected;
    }
    return connected
        .handle((channel, cause) -> cause == null
            ? CompletableFuture.completedFuture(channel)
            : connectToFirst(addresses, next + 1))
        .thenCompose(result -> result);
  }

  private CompletableFuture<Channel> connected(ChannelFuture connecting) {
    CompletableFuture<Channel> connected = new CompletableFuture<>();
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        open.add(connecting.channel());
        connected.complete(connecting.channel());
      } else {
        connected.completeExceptionally(done.cause());
      }
    });
    return connected;
  }

  /** Closes the connections and then the event loops that this client made, and waits for both, for 5 s each at most. */
  @Override
  public void close() {
    open.close();
  }
}
