package io.pipewright.udpecho;

import java.util.Locale;

/** What the UDP echo service does with a datagram. */
public enum Reply {
  /** Sends the same bytes back to where they came from, as RFC 862 has it. */
  VERBATIM,
  /** Takes it and sends nothing. */
  NONE;

  /** The name that users write: {@code verbatim}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
