package io.pipewright.pipeline;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.pipewright.offload.Offload;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One handler's place in a pipeline.
 *
 * @param slot where it stands
 * @param name the handler's name in Netty's pipeline, unique in it
 * @param purpose why it is there, for {@link Pipeline#describe()}
 * @param handlers makes the handler for one channel, or gives the one {@code @Sharable} handler for all
 * @param offload where it runs; empty for the channel's event loop
 */
public record Stage(
    Slot slot,
    String name,
    String purpose,
    Supplier<? extends ChannelHandler> handlers,
    Optional<Offload> offload) {

  /** Refuses nulls. */
  public Stage {
    Objects.requireNonNull(slot, "slot");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(purpose, "purpose");
    Objects.requireNonNull(handlers, "handlers");
    Objects.requireNonNull(offload, "offload");
  }

  /** A handler that runs on the channel's event loop. */
  public Stage(
      Slot slot, String name, String purpose, Supplier<? extends ChannelHandler> handlers) {
    this(slot, name, purpose, handlers, Optional.empty());
  }

  /** The same, but run there. */
  Stage on(Offload offload) {
    return new Stage(slot, name, purpose + ", on " + offload, handlers, Optional.of(offload));
  }

  void addTo(ChannelPipeline target) {
    ChannelHandler handler = handlers.get();
    if (offload.isPresent()) {
      offload.get().addLast(target, name, handler);
    } else {
      target.addLast(name, handler);
    }
  }
}
