package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import java.util.Optional;
import java.util.OptionalInt;

/** What a read brings is a message. */
final class NoFraming extends Framing {

  static final NoFraming INSTANCE = new NoFraming();

  private NoFraming() {}

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.empty();
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return Optional.empty();
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return OptionalInt.empty();
  }

  @Override
  public String describe() {
    return "none (what a read brings is a message)";
  }
}
