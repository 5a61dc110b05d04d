package io.pipewright.pipeline;

/**
 * Where in a pipeline a handler stands. Inbound bytes pass the slots in this order, outbound messages in the reverse one,
 * whatever order a builder was called in; inside a slot the order of adding holds.
 *
 * <pre>
 *   socket ──► CAPTURE ► PROXY ► TLS ► WIRE_LOG ► SHAPING ► FRAMING ► IDLE ► CODEC ► BACKPRESSURE ► HANDLER
 *          ◄──────────────────────────────────────────────────────────────────────────────────────────────
 * </pre>
 */
public enum Slot {
  /** Records what the socket carries. */
  CAPTURE,
  /** Reads who the peer is behind a proxy, before anything else of the stream. */
  PROXY,
  /** Decrypts and encrypts. */
  TLS,
  /** Writes what passes to a log, in the clear. */
  WIRE_LOG,
  /** Holds bytes back to keep to a rate. */
  SHAPING,
  /** Finds where a message begins and ends. */
  FRAMING,
  /** Ends what is silent. It stands behind FRAMING so that dripping single bytes does not count as being alive. */
  IDLE,
  /** Turns frames into messages and back. */
  CODEC,
  /** Stops reading while the peer does not take what is written. */
  BACKPRESSURE,
  /** Does the service's work. */
  HANDLER
}
