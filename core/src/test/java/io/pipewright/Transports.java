package io.pipewright;

import io.pipewright.transport.Transport;
import java.util.stream.Stream;

/** For {@code @MethodSource}: every transport that this machine has. */
public final class Transports {

  private Transports() {}

  public static Stream<Transport> here() {
    return Stream.of(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable());
  }
}
