package io.pipewright.filetransfer.serving;

import io.netty.channel.Channel;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.log.Escaped;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator is told of native connections: escaped, and at a bounded rate whatever the peers do. */
final class ServingLog {

  private static final int LINES_PER_SECOND = 10;
  private static final int NAME_BYTES = 256;

  private static final Logger log = LoggerFactory.getLogger(NativeService.class);
  private static final BoundedLog bounded = BoundedLog.of(log, LINES_PER_SECOND);

  private ServingLog() {}

  static void refused(Channel channel, Naming name, String reason) {
    bounded.info("refused \"{}\" to {}: {}", escaped(name), peer(channel), reason);
  }

  static void turnedAway(Channel channel, String reason) {
    bounded.info("turned {} away: {}", peer(channel), reason);
  }

  /** What is wrong with a file concerns the operator more than a peer that went away. */
  static void notSent(Channel channel, Naming name, Throwable cause) {
    String format = "could not send the whole of \"{}\" to {}: {}";
    if (channel.isActive()) {
      bounded.warn(format, escaped(name), peer(channel), why(cause));
    } else {
      bounded.info(format, escaped(name), peer(channel), "the connection was closed");
    }
  }

  private static String why(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  static void storeFailed(Throwable cause) {
    bounded.warn("the store failed: {}", cause.toString(), cause);
  }

  /** What is no name has said so in its reason, and of the root there is none. */
  private static String escaped(Naming name) {
    return name instanceof FileName parsed ? Escaped.of(parsed.toString(), NAME_BYTES) : "";
  }

  private static String peer(Channel channel) {
    return Addresses.text(channel.remoteAddress());
  }
}
