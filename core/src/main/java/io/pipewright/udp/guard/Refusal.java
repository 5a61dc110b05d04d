package io.pipewright.udp.guard;

import java.util.Locale;

/** Why a datagram is not answered. The names are keys of the counts, in lower case and with hyphens. */
enum Refusal {
  SOURCE_PORT_ZERO,
  SOURCE_PORT_PRIVILEGED,
  SOURCE_PORT_OWN,
  SOURCE_PORT_LISTED,
  SOURCE_NOT_UNICAST,
  DESTINATION_NOT_UNICAST,
  PEER_BUDGET,
  NETWORK_BUDGET,
  TOTAL_BUDGET,
  PING_PONG;

  private final String reason = name().toLowerCase(Locale.ROOT).replace('_', '-');

  String reason() {
    return reason;
  }
}
