package io.pipewright.udpecho;

import io.pipewright.log.Addresses;
import io.pipewright.log.Escaped;
import java.net.InetSocketAddress;

/**
 * A datagram as server and client print it: {@code 127.0.0.1:7788 hello}. It is one line whatever
 * the bytes are: control characters are escaped, so that no stranger's datagram moves the cursor or
 * looks like two.
 */
final class DatagramLine {

  private DatagramLine() {}

  static String of(InetSocketAddress sender, String text) {
    return Addresses.text(sender) + " " + Escaped.of(text, Integer.MAX_VALUE);
  }
}
