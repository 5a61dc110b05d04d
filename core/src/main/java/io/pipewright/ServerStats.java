package io.pipewright;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a server has done since it started: a snapshot, cheap enough to be taken every second. Its numbers are read one after
 * another while the server goes on, so they need not add up to the last byte.
 *
 * @param open connections that are open now
 * @param accepted connections that were accepted and given a pipeline
 * @param refused connections that were closed at once, by reason
 * @param bytesRead bytes that came from peers, as the socket brought them
 * @param bytesWritten bytes that were handed to the transport for peers
 * @param messagesRead frames that came; where there is no framing, reads; for datagrams, datagrams
 * @param messagesWritten frames that were written; where there is no framing, writes; for datagrams, datagrams
 * @param errors what went wrong, by kind: the name of a {@link ProtocolException} without its ending, {@code io}, {@code
 *     handler}, {@code idle-timeout}
 */
public record ServerStats(
    long open,
    long accepted,
    Map<String, Long> refused,
    long bytesRead,
    long bytesWritten,
    long messagesRead,
    long messagesWritten,
    Map<String, Long> errors) {

  /** Copies the maps. */
  public ServerStats {
    refused = Map.copyOf(refused);
    errors = Map.copyOf(errors);
  }

  /** One line: {@code accepted 12, open 3, refused 0, read 340 bytes in 9 messages, wrote 300 bytes in 9 messages, errors 1 (io 1)}. */
  public String describe() {
    return "accepted %d, open %d, refused %s, read %d bytes in %d messages, wrote %d bytes in %d messages, errors %s"
        .formatted(
            accepted,
            open,
            byKind(refused),
            bytesRead,
            messagesRead,
            bytesWritten,
            messagesWritten,
            byKind(errors));
  }

  /**
   * Counts in a few words: {@code 3 (io 1, rate 2)}, or {@code 0}.
   *
   * @param counts by kind
   */
  public static String byKind(Map<String, Long> counts) {
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    return counts.isEmpty()
        ? "0"
        : total
            + new TreeMap<>(counts)
                .entrySet().stream()
                    .map(count -> count.getKey() + " " + count.getValue())
                    .collect(Collectors.joining(", ", " (", ")"));
  }
}
