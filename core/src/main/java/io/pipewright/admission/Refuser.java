package io.pipewright.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import org.slf4j.LoggerFactory;

/**
 * Ends a refused connection, counts it and says so at a bounded rate. It is reset rather than closed: the peer knows at once, and
 * a flood of refusals leaves no socket of ours in TIME_WAIT (RFC 9293, section 3.6).
 */
final class Refuser {

  private static final int LINES_PER_SECOND = 1;

  private final Admission admission;
  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(Admission.class), LINES_PER_SECOND);

  Refuser(Admission admission) {
    this.admission = admission;
  }

  /** A connection that no event loop has yet; it never gets a pipeline. */
  void refuseUnregistered(Channel child, Refusal refusal) {
    report(child, refusal);
    resetOnClose(child);
    child.unsafe().closeForcibly();
  }

  void refuse(Channel channel, Refusal refusal) {
    report(channel, refusal);
    resetOnClose(channel);
    channel.close();
  }

  private void report(Channel channel, Refusal refusal) {
    admission.count(refusal);
    log.info("refused {}: {}", Addresses.text(channel.remoteAddress()), refusal.sentence());
  }

  private static void resetOnClose(Channel channel) {
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException gone) {
      // the peer was faster: there is nobody to be reset
    }
  }
}
