package io.pipewright.transport;

import java.util.List;

/**
 * A transport that can be used here, and why it was taken.
 *
 * @param transport never {@link Transport#AUTO}
 * @param reasons one sentence for each transport that was looked at, in order
 */
public record TransportChoice(Transport transport, List<String> reasons) {

  /** Copies the list. */
  public TransportChoice {
    reasons = List.copyOf(reasons);
  }

  /** One line: {@code io_uring (least CPU a TCP message)}. */
  @Override
  public String toString() {
    return transport + " (" + String.join("; ", reasons) + ")";
  }
}
