package io.pipewright.framing;

import io.netty.channel.ChannelHandler;
import java.util.Optional;
import java.util.OptionalInt;

/** Frames of one length, back to back. The encoder refuses messages of another length. */
public final class FixedFraming extends Framing {

  private final int frameBytes;
  private final FixedEncoder encoder;

  FixedFraming(int frameBytes) {
    this.frameBytes = frameBytes;
    this.encoder = new FixedEncoder(frameBytes);
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return Optional.of(new FixedDecoder(frameBytes));
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return Optional.of(encoder);
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
