package io.pipewright.filetransfer.protocol;

import io.netty.channel.ChannelHandler;
import io.pipewright.framing.Framing;
import io.pipewright.framing.LengthFraming;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where messages begin and end: behind four bytes with the length of the body, big-endian. What a client sends is frames alone; a
 * server also sends raw bytes, behind each DATA.
 *
 * <p>The two directions have maxima of their own, hence a framing for each end.
 */
public final class NativeFraming extends Framing {

  /** A server's end: reads requests of at most {@value Limits#MAX_REQUEST_BYTES} bytes, writes answers. */
  public static final NativeFraming SERVER =
      new NativeFraming(Limits.MAX_REQUEST_BYTES, Limits.MAX_ANSWER_BYTES);

  /** A client's end: reads answers of at most {@value Limits#MAX_ANSWER_BYTES} bytes, writes requests. */
  public static final NativeFraming CLIENT =
      new NativeFraming(Limits.MAX_ANSWER_BYTES, Limits.MAX_REQUEST_BYTES);

  private final LengthFraming in;
  private final LengthFraming out;

  private NativeFraming(int maxInBytes, int maxOutBytes) {
    in = Framing.lengthPrefix(Integer.BYTES).maxLength(maxInBytes);
    out = Framing.lengthPrefix(Integer.BYTES).maxLength(maxOutBytes);
  }

  @Override
  public Optional<ChannelHandler> newDecoder() {
    return in.newDecoder();
  }

  @Override
  public Optional<ChannelHandler> newEncoder() {
    return out.newEncoder();
  }

  @Override
  public OptionalInt maxFrameBytes() {
    return in.maxFrameBytes();
  }

  @Override
  public String describe() {
    return in.describe();
  }
}
