package io.pipewright.wirelog;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of everything that passes one place in a pipeline, to the logger {@code
 * io.pipewright.wire.NAME} at DEBUG, one line an event:
 *
 * <pre>
 *   [3f5a1c07 127.0.0.1:5000] OPEN
 *   [3f5a1c07 127.0.0.1:5000] READ 6 bytes "hello\n"
 *   [3f5a1c07 127.0.0.1:5000] WRITE 6 bytes "HELLO\n"
 *   [3f5a1c07 127.0.0.1:5000] WRITE 1048576 bytes of a file
 *   [3f5a1c07 127.0.0.1:5000] INPUT CLOSED
 *   [3f5a1c07 127.0.0.1:5000] CLOSED
 * </pre>
 *
 * <p>The number tells connections apart; the address is the peer's. Bytes are shown as UTF-8 where
 * they are, with control characters escaped, up to a bound. A WRITE is logged when it is asked for,
 * not when the bytes have left. Can be turned on and off in a running program by the logger's
 * level; while it is off, an event costs one test of it.
 */
public final class WireLog {

  /** How many bytes of an event are shown unless told otherwise. */
  public static final int DEFAULT_MAX_BYTES = 256;

  private static final String LOGGER_PREFIX = "io.pipewright.wire.";

  private final Logger logger;
  private final int maxBytes;
  private final WireLogHandler handler;

  private WireLog(Logger logger, int maxBytes) {
    this.logger = logger;
    this.maxBytes = maxBytes;
    this.handler = new WireLogHandler(logger, maxBytes);
  }

  /**
   * A wire log that shows {@value #DEFAULT_MAX_BYTES} bytes of an event.
   *
   * @param name the last part of the logger's name
   * @throws ConfigurationException if the name is blank
   */
  public static WireLog named(String name) {
    if (name.isBlank()) {
      throw new ConfigurationException("wireLog", name, "needs a name for its logger");
    }
    return new WireLog(LoggerFactory.getLogger(LOGGER_PREFIX + name), DEFAULT_MAX_BYTES);
  }

  /**
   * The same with another bound.
   *
   * @param bytes how many bytes of an event are shown, 0 or more
   * @throws ConfigurationException for less than 0
   */
  public WireLog maxBytes(int bytes) {
    if (bytes < 0) {
      throw new ConfigurationException("maxBytes", bytes, "must be 0 or more, not " + bytes);
    }
    return new WireLog(logger, bytes);
  }

  /** The handler: it has no state, so every channel gets the same. */
  public ChannelHandler newHandler() {
    return handler;
  }

  /** The logger's name, for who wants to turn it on. */
  public String loggerName() {
    return logger.getName();
  }

  @Override
  public String toString() {
    return loggerName() + " at DEBUG, at most " + maxBytes + " bytes an event";
  }
}
