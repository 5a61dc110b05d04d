package io.pipewright.testkit.fault;

/** What a {@link TcpFaultProxy} does to one direction of a connection. */
public enum Fault {
  /** Each byte is delivered later than it came. */
  DELAY,
  /** At most so many bytes a second are delivered. */
  THROTTLE,
  /** Bytes are delivered in pieces. */
  SPLIT,
  /** Bytes are held back and delivered together. */
  COALESCE,
  /** A bit is turned over. */
  FLIP_BIT,
  /** No more is delivered, and nothing is closed. */
  STALL,
  /** The receiver sees the sender's end; the other direction goes on. */
  HALF_CLOSE,
  /** Both ends see an end (FIN). */
  CUT,
  /** Both ends see a reset (RST). */
  RESET
}
