package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import java.util.Optional;
import java.util.OptionalInt;

/** Frames of one length, back to back. The encoder refuses messages of another length. */
public final class FixedFraming extends Framing {

  private final int frameBytes;

  FixedFraming(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.of(new FixedDecoder(frameBytes));
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return Optional.of(new FixedEncoder(frameBytes));
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return OptionalInt.of(frameBytes);
  }

  @Override
  public String describe() {
    return "fixed length, " + frameBytes + " bytes";
  }
}
