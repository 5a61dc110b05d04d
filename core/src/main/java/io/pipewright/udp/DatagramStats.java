package io.pipewright.udp;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What became of the datagrams of a server since it started, and where they were lost: a snapshot, whose numbers are read one
 * after another while the server goes on.
 *
 * <pre>
 *   network ──► kernel's receive buffer ──► received ──► handlers ──► written ──► sent
 *                  └ kernelDrops                └ dropped, by reason        └ sendFailures, by reason
 * </pre>
 *
 * @param received datagrams that came to the handlers
 * @param receivedBytes their payload
 * @param sent datagrams that the kernel took
 * @param sentBytes payload that was handed to the transport
 * @param dropped datagrams that were not handled, or not answered, by reason; those that were longer than what is accepted are
 *     under {@code datagram-too-long}
 * @param sendFailures datagrams that the kernel did not take, by reason
 * @param resent datagrams that went out one by one because the kernel refused the burst that they were in; they are sent, not lost
 * @param kernelDrops datagrams that the kernel dropped before the server saw them, mostly because the receive buffer was full;
 *     empty where the system does not tell
 */
public record DatagramStats(
    long received,
    long receivedBytes,
    long sent,
    long sentBytes,
    Map<String, Long> dropped,
    Map<String, Long> sendFailures,
    long resent,
    OptionalLong kernelDrops) {

  /** Copies the maps. */
  public DatagramStats {
    dropped = Map.copyOf(dropped);
    sendFailures = Map.copyOf(sendFailures);
  }

  /** Datagrams that were longer than what is accepted, and so would have been cut: they are among the dropped. */
  public long truncated() {
    return dropped.getOrDefault(DatagramCounts.TOO_LONG, 0L);
  }

  /**
   * One line: {@code received 12 (340 bytes), sent 11 (340 bytes), dropped 1 (datagram-too-long 1), send failures 0, kernel
   * drops 0}.
   */
  public String describe() {
    return "received %d (%d bytes), sent %d (%d bytes), dropped %s, send failures %s, kernel drops %s"
        .formatted(
            received,
            receivedBytes,
            sent,
            sentBytes,
            byReason(dropped),
            byReason(sendFailures),
            kernelDrops.isPresent() ? kernelDrops.getAsLong() : "unknown");
  }

  private static String byReason(Map<String, Long> counts) {
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
