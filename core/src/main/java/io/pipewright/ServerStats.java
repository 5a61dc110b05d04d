package io.pipewright;

import java.util.Map;

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
}
