package io.pipewright.filetransfer.plain;

import java.time.Duration;

/**
 * How long a name may take, since in this dialect nothing need mark its end.
 *
 * @param settle how long after its last byte a name without a terminator is looked up for the first
 *     time
 * @param pause how long after its last byte such a name is refused, if no file has it
 * @param whole how long after its first byte a name is refused that is not yet complete
 */
public record NameTiming(Duration settle, Duration pause, Duration whole) {

  /** 100 ms, 1 s, 30 s. */
  public static final NameTiming DEFAULT =
      new NameTiming(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(30));
}
