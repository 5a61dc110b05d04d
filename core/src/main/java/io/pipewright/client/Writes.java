package io.pipewright.client;

import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;

/** Writes whose outcome is a future of the JDK's, as all of this package's are. */
final class Writes {

  private Writes() {}

  /** Writes and flushes; done when the kernel has the message, failed with what the write failed with. */
  static CompletableFuture<Void> written(Channel channel, Object message) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    channel.writeAndFlush(message).addListener(write -> {
      if (write.isSuccess()) {
        written.complete(null);
      } else {
        written.completeExceptionally(write.cause());
      }
    });
    return written;
  }
}
