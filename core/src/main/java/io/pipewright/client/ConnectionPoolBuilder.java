package io.pipewright.client;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.ConfigurationException;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Settings of a {@link ConnectionPool}. Not thread-safe; may be used to build several pools. */
public final class ConnectionPoolBuilder {

  final String server;
  final Supplier<CompletableFuture<Channel>> connector;
  final BooleanSupplier inEventLoop;
  int maxSize = 16;
  Duration maxIdleTime = Duration.ofMinutes(1);
  int maxWaiting = 1024;
  Duration acquireTimeout = Duration.ofSeconds(5);
  Duration closeTimeout = Duration.ofSeconds(5);
  Predicate<Channel> healthCheck = channel -> true;
  EventExecutor executor = GlobalEventExecutor.INSTANCE;

  ConnectionPoolBuilder(TcpClient client) {
    this(client.server().toString(), client::connectAsync, client::inEventLoop);
  }

  ConnectionPoolBuilder(
      String server, Supplier<CompletableFuture<Channel>> connector, BooleanSupplier inEventLoop) {
    this.server = server;
    this.connector = connector;
    this.inEventLoop = inEventLoop;
  }

  ConnectionPoolBuilder(ConnectionPoolBuilder other) {
    this(other.server, other.connector, other.inEventLoop);
    maxSize = other.maxSize;
    maxIdleTime = other.maxIdleTime;
    maxWaiting = other.maxWaiting;
    acquireTimeout = other.acquireTimeout;
    closeTimeout = other.closeTimeout;
    healthCheck = other.healthCheck;
    executor = other.executor;
  }

  /**
   * How many connections there may be, in use, idle and on their way. Default 16.
   *
   * @param maxSize 1 or more
   * @return this
   * @throws ConfigurationException if less
   */
  public ConnectionPoolBuilder maxSize(int maxSize) {
    if (maxSize < 1) {
      throw new ConfigurationException("maxSize", maxSize, "must be 1 or more, not " + maxSize);
    }
    this.maxSize = maxSize;
    return this;
  }

  /**
   * How long a connection may wait for a user before it is closed. Default 1 min; a server's own idle timeout should be longer.
   *
   * @param maxIdleTime 1 ms to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ConnectionPoolBuilder maxIdleTime(Duration maxIdleTime) {
    this.maxIdleTime = Limits.checked("maxIdleTime", maxIdleTime);
    return this;
  }

  /**
   * How many users may wait for a connection, besides those for whom one is being made; one more is refused at once. Default
   * 1024.
   *
   * @param maxWaiting 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public ConnectionPoolBuilder maxWaiting(int maxWaiting) {
    if (maxWaiting < 0) {
      throw new ConfigurationException(
          "maxWaiting", maxWaiting, "must be 0 or more, not " + maxWaiting);
    }
    this.maxWaiting = maxWaiting;
    return this;
  }

  /**
   * How long a user may wait for a connection. Default 5 s.
   *
   * @param acquireTimeout 1 ms to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ConnectionPoolBuilder acquireTimeout(Duration acquireTimeout) {
    this.acquireTimeout = Limits.checked("acquireTimeout", acquireTimeout);
    return this;
  }

  /**
   * How long closing the pool waits for connections in use; what is still leased then is closed by force. Default 5 s.
   *
   * @param closeTimeout 1 ms to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ConnectionPoolBuilder closeTimeout(Duration closeTimeout) {
    this.closeTimeout = Limits.checked("closeTimeout", closeTimeout);
    return this;
  }

  /**
   * Whether an open connection is fit to be leased, asked each time before it is. One that is not is closed. Default: every
   * one that is open.
   *
   * @param healthCheck looks, and does not block: it may be called on an event loop
   * @return this
   */
  public ConnectionPoolBuilder healthCheck(Predicate<Channel> healthCheck) {
    this.healthCheck = Objects.requireNonNull(healthCheck, "healthCheck");
    return this;
  }

  /**
   * What keeps the time. Default Netty's {@link GlobalEventExecutor}.
   *
   * @param executor stays the caller's to end, after the pool
   * @return this
   */
  public ConnectionPoolBuilder executor(EventExecutor executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Builds the pool. Opens no connection.
   *
   * @return the pool, to be closed by the caller
   */
  public ConnectionPool build() {
    return new ConnectionPool(new ConnectionPoolBuilder(this));
  }
}
