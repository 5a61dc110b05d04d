package io.pipewright.udp.session;

import io.netty.channel.ChannelPipeline;
import io.pipewright.framing.FrameDecoder;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.UnhandledErrors;
import org.slf4j.Logger;

/** What stands in the pipeline of every session: the user's pipeline, the end of datagrams if it frames, the last resort. */
final class SessionInitializer {

  private final Pipeline pipeline;
  private final UnhandledErrors unhandledErrors;
  private final byte[] delimiter;

  SessionInitializer(Pipeline pipeline, Logger logger, SessionCounts counts) {
    this.pipeline = pipeline;
    this.unhandledErrors = new UnhandledErrors(logger, counts.errors());
    this.delimiter = pipeline.framing().flatMap(Framing::delimiterBytes).orElse(null);
  }

  /**
   * @throws RuntimeException what a supplier of handlers has thrown
   */
  void install(SessionChannel session) {
    ChannelPipeline handlers = session.pipeline();
    pipeline.install(handlers);
    if (handlers.get(Pipeline.FRAME_DECODER) instanceof FrameDecoder decoder) {
      handlers.addBefore(
          Pipeline.FRAME_DECODER, DatagramEnd.NAME, new DatagramEnd(decoder, delimiter));
    }
    handlers.addLast(UnhandledErrors.NAME, unhandledErrors);
  }
}
