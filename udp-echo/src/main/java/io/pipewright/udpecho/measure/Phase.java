package io.pipewright.udpecho.measure;

/** What a measurement does now. */
public enum Phase {
  /** Asks the server whether it counts too. */
  BEGINNING,
  /** Sends. */
  SENDING,
  /** Has sent all, and waits for the answers that may come in time. */
  WAITING,
  /** Asks the server what it has counted. */
  ASKING,
  /** Has ended. */
  DONE
}
