package io.pipewright.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.LoggerFactory;

/** Settings of a {@link TcpServer}. Not thread-safe; may be used to start several servers. */
public final class TcpServerBuilder extends TcpBuilder<TcpServerBuilder> {

  private int backlog = 1024;
  private boolean reuseAddress = true;

  TcpServerBuilder() {}

  /**
   * How many connections may wait to be accepted. Default 1024; the kernel caps it ({@code net.core.somaxconn} on Linux).
   *
   * @param connections 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public TcpServerBuilder backlog(int connections) {
    if (connections < 1) {
      throw new ConfigurationException(
          "backlog", connections, "must be 1 or more, not " + connections);
    }
    this.backlog = connections;
    return this;
  }

  /**
   * {@code SO_REUSEADDR}: whether a restarted server may listen while old connections are in TIME_WAIT. Default true.
   *
   * @param reuseAddress on or off
   * @return this
   */
  public TcpServerBuilder reuseAddress(boolean reuseAddress) {
    this.reuseAddress = reuseAddress;
    return this;
  }

  /**
   * Listens. Returns when the port is bound.
   *
   * @return the server, to be closed by the caller
   * @throws BindFailedException if the port cannot be bound: which address, and why
   * @throws ConfigurationException if no pipeline was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningServer start() {
    try {
      return startAsync().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
  }

  /**
   * As {@link #start()}, without waiting; the settings are checked before this returns, and the host's name is resolved away
   * from the calling thread.
   *
   * @return the server once the port is bound, or failed with a {@link BindFailedException}
   */
  public CompletableFuture<RunningServer> startAsync() {
    Pipeline pipeline = requirePipeline();
    String host = host();
    int port = port();
    EventLoops loops = obtainEventLoops();
    boolean ownsLoops = ownsEventLoops();
    Connections connections = new Connections();
    ServerBootstrap bootstrap = bootstrap(loops, pipeline, connections);
    return CompletableFuture.supplyAsync(() -> resolve(host, port))
        .thenCompose(address -> listening(bootstrap.bind(address)))
        .<RunningServer>thenApply(
            listener -> new TcpListener(listener, connections, loops, ownsLoops))
        .exceptionally(cause -> {
          if (ownsLoops) {
            loops.closeAsync();
          }
          throw SocketErrors.bindFailed(host, port, cause);
        });
  }

  private ServerBootstrap bootstrap(EventLoops loops, Pipeline pipeline, Connections connections) {
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loops.group())
        .channel(loops.serverSocketChannel())
        .option(ChannelOption.SO_BACKLOG, backlog)
        .option(ChannelOption.SO_REUSEADDR, reuseAddress)
        .childHandler(new ConnectionInitializer(
            connections, handlersClose(), pipeline, LoggerFactory.getLogger(TcpServer.class)));
    for (Map.Entry<ChannelOption<?>, Object> option : socketOptions().entrySet()) {
      setChildOption(bootstrap, option.getKey(), option.getValue());
    }
    return bootstrap;
  }

  @SuppressWarnings("unchecked")
  private static <T> void setChildOption(
      ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.childOption(option, (T) value);
  }

  private static InetSocketAddress resolve(String host, int port) {
    try {
      return SocketErrors.resolve(host, port);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  private static CompletableFuture<Channel> listening(ChannelFuture binding) {
    CompletableFuture<Channel> listening = new CompletableFuture<>();
    binding.addListener(bound -> {
      if (bound.isSuccess()) {
        binding.channel().pipeline().addLast(AcceptErrors.NAME, new AcceptErrors());
        listening.complete(binding.channel());
      } else {
        listening.completeExceptionally(bound.cause());
      }
    });
    return listening;
  }

  @Override
  protected TcpServerBuilder self() {
    return this;
  }
}
