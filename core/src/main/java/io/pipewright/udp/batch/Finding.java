package io.pipewright.udp.batch;

/**
 * What a self-check has found.
 *
 * @param works whether every datagram came as it was sent
 * @param why a few words for a report
 */
public record Finding(boolean works, String why) {

  static Finding works(String why) {
    return new Finding(true, why);
  }

  static Finding not(String why) {
    return new Finding(false, why);
  }
}
