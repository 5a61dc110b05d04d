package io.pipewright;

/**
 * Where a server is in its life. It only ever moves down this list.
 *
 * <pre>
 *   STARTING ──► READY ──► DRAINING ──► STOPPED
 *       └───────────────────────────────▲   (could not listen)
 * </pre>
 */
public enum ServerState {
  /** The port is being bound. */
  STARTING,
  /** New connections are accepted. */
  READY,
  /**
   * The listener is closed: new connections are refused, the accepted ones go on until they are
   * done or the grace is over.
   */
  DRAINING,
  /** Nothing is open any more; event loops that the server made have ended. */
  STOPPED
}
