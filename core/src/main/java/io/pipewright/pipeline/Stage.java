package io.pipewright.pipeline;

import io.netty.channel.ChannelHandler;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One handler's place in a pipeline.
 *
 * @param slot where it stands
 * @param name the handler's name in Netty's pipeline, unique in it
 * @param purpose why it is there, for {@link Pipeline#describe()}
 * @param handlers makes the handler for one channel, or gives the one {@code @Sharable} handler for all
 */
public record Stage(
    Slot slot, String name, String purpose, Supplier<? extends ChannelHandler> handlers) {

  /** Refuses nulls. */
  public Stage {
    Objects.requireNonNull(slot, "slot");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(purpose, "purpose");
    Objects.requireNonNull(handlers, "handlers");
  }
}
