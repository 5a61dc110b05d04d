package io.pipewright.filetransfer.plain;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.pipewright.filetransfer.sending.FileSender;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.StoredFile;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import io.pipewright.log.Escaped;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of a server share that speak the plain dialect. A connection goes through
 * three handlers, each of which puts the next in its own place: {@link NameHandler}, then {@link
 * SendingHandler} if there is a file to send, then {@link LeavingHandler}.
 *
 * @param store where the files come from
 * @param sender sends them
 * @param timing how long a name may take
 * @param linger how long a peer may take to close its end after we closed ours
 */
public record PlainService(FileStore store, FileSender sender, NameTiming timing, Duration linger) {

  private static final int LOG_LINES_PER_SECOND = 10;
  private static final int LOGGED_NAME_BYTES = 256;

  private static final Logger log = LoggerFactory.getLogger(PlainService.class);

  /** One for all servers of the process, so that its bound holds whatever the peers do. */
  private static final BoundedLog boundedLog = BoundedLog.of(log, LOG_LINES_PER_SECOND);

  /** The handler for a new connection; its channel must allow half-closure. */
  public ChannelHandler newHandler() {
    return new NameHandler(this);
  }

  /**
   * A handler for a connection that gets nothing whatever it asks for.
   *
   * @param channel the connection
   * @param reason for the log
   */
  public ChannelHandler newRefusingHandler(Channel channel, String reason) {
    logRefused(channel, new byte[0], reason);
    return new LeavingHandler(linger);
  }

  static void logRefused(Channel channel, byte[] name, String reason) {
    boundedLog.info(
        "refused \"{}\" to {}: {}",
        Escaped.bytes(Unpooled.wrappedBuffer(name), LOGGED_NAME_BYTES),
        peer(channel),
        reason);
  }

  static void logIgnored(Channel channel, int bytes) {
    log.debug("ignored {} bytes after the name from {}", bytes, peer(channel));
  }

  static void logSent(Channel channel, StoredFile file) {
    log.debug("sent {} bytes to {}", file.size(), peer(channel));
  }

  /** What is wrong with the file concerns the operator more than a peer that went away. */
  static void logNotSent(Channel channel, StoredFile file, Throwable cause) {
    String format = "could not send the whole of \"{}\" to {}: {}";
    String name = Escaped.of(file.name().toString(), LOGGED_NAME_BYTES);
    if (channel.isActive() && !(cause instanceof CancellationException)) {
      boundedLog.warn(format, name, peer(channel), cause.getMessage());
    } else {
      boundedLog.info(format, name, peer(channel), whyClosed(cause));
    }
  }

  private static String peer(Channel channel) {
    return Addresses.text(channel.remoteAddress());
  }

  private static String whyClosed(Throwable cause) {
    return cause instanceof ClosedChannelException || cause.getMessage() == null
        ? "the connection was closed"
        : cause.getMessage();
  }
}
