package io.pipewright.udp.session;

import io.netty.channel.ChannelHandler;
import io.pipewright.pipeline.Pipeline;
import org.slf4j.Logger;

/** Makes the handler that gives each peer of a datagram channel a channel of its own. */
public final class Sessions {

  /** The name of the handler in the socket's pipeline. */
  public static final String NAME = "sessions";

  private Sessions() {}

  /**
   * A handler for one datagram channel, the last in its pipeline: it takes every {@code DatagramPacket}.
   *
   * @param policy how many sessions, and until when
   * @param pipeline what each session's pipeline is made of, the same that a TCP service uses
   * @param counts what counts them
   * @param logger where what no handler of a session handles is logged
   */
  public static ChannelHandler newHandler(
      SessionPolicy policy, Pipeline pipeline, SessionCounts counts, Logger logger) {
    return new SessionHandler(
        policy, new SessionInitializer(pipeline, logger, counts), counts, logger);
  }
}
