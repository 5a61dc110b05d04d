package io.pipewright.pipeline;

/**
 * Where in a pipeline a handler stands. Inbound bytes pass the slots in this order, outbound messages in the reverse one,
 * whatever order a builder was called in; inside a slot the order of adding holds.
 *
 * <pre>
 *   socket ──► PROXY ► SHAPING ► TLS ► CAPTURE ► WIRE_LOG ► FRAMING ► IDLE ► CODEC ► BACKPRESSURE ► HANDLER
 *          ◄──────────────────────────────────────────────────────────────────────────────────────────────
 * </pre>
 */
public enum Slot {
  /** Reads who the peer is behind a proxy, before anything else of the stream. */
  PROXY,
  /** Holds bytes back to keep to a rate: the bytes of the wire, so before TLS adds and takes its own. */
  SHAPING,
  /** Decrypts and encrypts. */
  TLS,
  /** Records what passes, in the clear. */
  CAPTURE,
  /** Writes what passes to a log, in the clear. */
  WIRE_LOG,
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
