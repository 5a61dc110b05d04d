package io.pipewright.client;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.ConfigurationException;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Settings of a {@link ReconnectingClient}. Not thread-safe. */
public final class ReconnectingClientBuilder {

  final String server;
  final Supplier<CompletableFuture<Channel>> connector;
  Backoff backoff = Backoff.defaults();
  int giveUpAfter;
  int maxWaiting = 1024;
  Duration maxWait = Duration.ofSeconds(30);
  ConnectionListener listener = new ConnectionListener() {};
  EventExecutor executor = GlobalEventExecutor.INSTANCE;

  ReconnectingClientBuilder(TcpClient client) {
    this(client.server().toString(), client::connectAsync);
  }

  ReconnectingClientBuilder(String server, Supplier<CompletableFuture<Channel>> connector) {
    this.server = server;
    this.connector = connector;
  }

  /**
   * How long to wait from one try to the next. Default {@link Backoff#defaults()}.
   *
   * @param backoff the policy
   * @return this
   */
  public ReconnectingClientBuilder backoff(Backoff backoff) {
    this.backoff = Objects.requireNonNull(backoff, "backoff");
    return this;
  }

  /**
   * After how many failures in a row the client gives up: tries that failed, and connections that did not last for
   * {@link Backoff#resetAfter}. Default 0: never.
   *
   * @param failures 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public ReconnectingClientBuilder giveUpAfter(int failures) {
    if (failures < 0) {
      throw new ConfigurationException(
          "giveUpAfter", failures, "must be 0 (never) or more, not " + failures);
    }
    this.giveUpAfter = failures;
    return this;
  }

  /**
   * How many callers and messages may wait for a connection. Default 1024.
   *
   * @param maxWaiting 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public ReconnectingClientBuilder maxWaiting(int maxWaiting) {
    if (maxWaiting < 0) {
      throw new ConfigurationException(
          "maxWaiting", maxWaiting, "must be 0 or more, not " + maxWaiting);
    }
    this.maxWaiting = maxWaiting;
    return this;
  }

  /**
   * How long each of them may wait. Default 30 s.
   *
   * @param maxWait 1 ms to 24 days
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ReconnectingClientBuilder maxWait(Duration maxWait) {
    this.maxWait = Limits.checked("maxWait", maxWait);
    return this;
  }

  /**
   * Who hears of the connection. Default nobody.
   *
   * @param listener the listener
   * @return this
   */
  public ReconnectingClientBuilder listener(ConnectionListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * What keeps the time and calls the listener. Default Netty's {@link GlobalEventExecutor}.
   *
   * @param executor stays the caller's to end, after the client
   * @return this
   */
  public ReconnectingClientBuilder executor(EventExecutor executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Begins to connect, and returns at once.
   *
   * @return the client, to be closed by the caller
   */
  public ReconnectingClient start() {
    ReconnectingClient client = new ReconnectingClient(this);
    client.start();
    return client;
  }
}
