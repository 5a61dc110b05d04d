package io.pipewright.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.address.UnixPath;
import io.pipewright.socket.SocketErrors;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.transport.EventLoops;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * Binds the listeners of one server: all of its addresses, or none. Names are resolved, and socket files looked after, away
 * from event loops.
 */
final class Binding {

  private final EventLoops loops;

  /**
   * @param loops the event loops
   */
  Binding(EventLoops loops) {
    this.loops = loops;
  }

  /**
   * Binds one address after another.
   *
   * @param bootstraps the addresses, each with what is ready to be bound to it
   * @return the listeners, in the order of the addresses; or failed with a {@link io.pipewright.BindFailedException}, and
   *     none is left open
   */
  CompletableFuture<List<Channel>> bindAll(List<Map.Entry<Endpoint, ServerBootstrap>> bootstraps) {
    List<Channel> listeners = new ArrayList<>();
    CompletableFuture<Void> bound = CompletableFuture.completedFuture(null);
    for (Map.Entry<Endpoint, ServerBootstrap> each : bootstraps) {
      bound = bound
          .thenComposeAsync(before -> bind(each.getKey(), each.getValue()), WaitingThreads.INSTANCE)
          .thenAccept(listeners::add);
    }
    return bound
        .handle((done, failure) -> failure == null
            ? CompletableFuture.completedFuture(List.copyOf(listeners))
            : closeAll(listeners).<List<Channel>>thenApply(closed -> {
              throw new CompletionException(
                  failure instanceof CompletionException ? failure.getCause() : failure);
            }))
        .thenCompose(result -> result);
  }

  /** One after another, so that the event loops are not asked to end before. */
  private static CompletableFuture<Void> closeAll(List<Channel> listeners) {
    CompletableFuture<Void> closed = CompletableFuture.completedFuture(null);
    for (Channel listener : listeners) {
      CompletableFuture<Void> one = new CompletableFuture<>();
      listener.close().addListener(done -> one.complete(null));
      closed = closed.thenCombine(one, (before, now) -> null);
    }
    return closed;
  }

  private CompletableFuture<Channel> bind(Endpoint endpoint, ServerBootstrap bootstrap) {
    if (loops.group().isShuttingDown()) {
      // such loops call no listener; and Netty closes twice, and on io_uring frees twice, what they
      // do not register
      return CompletableFuture.failedFuture(SocketErrors.bindFailed(
          endpoint, new RejectedExecutionException("the event loops have ended")));
    }
    CompletableFuture<Channel> listening = new CompletableFuture<>();
    try {
      ChannelFuture binding = bootstrap.bind(address(endpoint));
      binding.addListener(bound -> {
        if (bound.isSuccess()) {
          listens(endpoint, binding.channel());
          listening.complete(binding.channel());
        } else {
          listening.completeExceptionally(SocketErrors.bindFailed(endpoint, bound.cause()));
        }
      });
    } catch (IOException e) {
      listening.completeExceptionally(SocketErrors.bindFailed(endpoint, e));
    }
    return listening;
  }

  private SocketAddress address(Endpoint endpoint) throws IOException {
    if (endpoint instanceof HostPort inet) {
      return SocketErrors.resolve(inet.host(), inet.port());
    }
    UnixPath unix = (UnixPath) endpoint;
    UnixSocketFile.makeWay(unix.path());
    return loops.domainSocketAddress(unix.path());
  }

  private static void listens(Endpoint endpoint, Channel listener) {
    listener.pipeline().addLast(AcceptErrors.NAME, new AcceptErrors());
    if (endpoint instanceof UnixPath unix) {
      UnixSocketFile.removeWithListener(unix.path(), listener);
    }
  }
}
