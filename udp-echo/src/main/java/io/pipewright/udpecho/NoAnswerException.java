package io.pipewright.udpecho;

import io.pipewright.PipewrightException;
import io.pipewright.address.HostPort;
import io.pipewright.launch.Durations;
import java.time.Duration;

/**
 * No answer came to any of the tries. UDP does not say why: the question or its answer may be lost,
 * or nothing is there, behind a firewall that does not say so.
 */
public final class NoAnswerException extends PipewrightException {

  private final String host;
  private final int port;
  private final int tries;
  private final Duration timeout;

  NoAnswerException(String host, int port, int tries, Duration timeout) {
    super("no answer from %s: waited %s %s"
        .formatted(
            new HostPort(host, port),
            Durations.format(timeout),
            tries == 1 ? "once" : tries + " times"));
    this.host = host;
    this.port = port;
    this.tries = tries;
    this.timeout = timeout;
  }

  /** The host or address as it was given. */
  public String host() {
    return host;
  }

  /** The port as it was given. */
  public int port() {
    return port;
  }

  /** How often the question was sent. */
  public int tries() {
    return tries;
  }

  /** How long each try waited. */
  public Duration timeout() {
    return timeout;
  }
}
