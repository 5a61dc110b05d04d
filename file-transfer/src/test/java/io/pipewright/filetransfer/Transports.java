package io.pipewright.filetransfer;

import io.pipewright.transport.Transport;
import java.util.Arrays;
import java.util.stream.Stream;

/** The transports of the machine that the tests run on. */
final class Transports {

  private Transports() {}

  static Stream<Transport> here() {
    return Arrays.stream(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable());
  }
}
