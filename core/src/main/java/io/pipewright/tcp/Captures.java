package io.pipewright.tcp;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.pipewright.capture.Capture;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The captures that are to record the connections of a server or a client, and where in a connection's pipeline: behind
 * what stands in the slots before {@link Slot#CAPTURE}, so that they see what comes out of TLS and nothing of a proxy's header.
 */
final class Captures {

  /** How long the end of a server waits for its capture's disk. */
  private static final Duration END_WAIT = Duration.ofSeconds(5);

  private final List<Capture> running = new CopyOnWriteArrayList<>();
  private final Set<String> before = new HashSet<>(Set.of(Connection.NAME, ResetWatch.NAME));
  private final Capture own;

  /**
   * @param pipeline what is installed in every connection
   * @param own a capture that ends with the server; {@code null} for none
   */
  Captures(Pipeline pipeline, Capture own) {
    this.own = own;
    for (Stage stage : pipeline.stages()) {
      if (stage.slot().compareTo(Slot.CAPTURE) < 0) {
        before.add(stage.name());
      }
    }
    if (own != null) {
      add(own);
    }
  }

  /** Connections that come from now on are recorded. */
  void add(Capture capture) {
    running.add(capture);
    capture.ended().thenRun(() -> running.remove(capture));
  }

  /** To be called on the event loop of a connection whose pipeline is complete. */
  void attachAll(ChannelPipeline handlers) {
    running.forEach(capture -> attach(capture, handlers));
  }

  /** To be called on the connection's event loop. Attached once, however often it is asked for. */
  void attach(Capture capture, ChannelPipeline handlers) {
    if (capture.isActive() && handlers.get(capture.name()) == null) {
      String last = lastBefore(handlers);
      if (last != null) { // a closed connection's pipeline has been taken apart
        handlers.addAfter(last, capture.name(), capture.newHandler());
      }
    }
  }

  private String lastBefore(ChannelPipeline handlers) {
    String last = null;
    for (Map.Entry<String, ChannelHandler> handler : handlers) {
      if (before.contains(handler.getKey()) || handler.getValue() instanceof SslHandler) {
        last = handler.getKey();
      }
    }
    return last;
  }

  /** Ends the capture that ends with the server: done when its file is, or when that takes too long. */
  CompletableFuture<?> closeOwn() {
    return own == null
        ? CompletableFuture.completedFuture(null)
        : own.closeAsync().completeOnTimeout(null, END_WAIT.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What the capture that ends with the server recorded is of no use: it never began. */
  CompletableFuture<?> discardOwn() {
    return own == null
        ? CompletableFuture.completedFuture(null)
        : own.discard().completeOnTimeout(null, END_WAIT.toNanos(), TimeUnit.NANOSECONDS);
  }
}
