package io.pipewright.testkit.fault;

/** Which way bytes or datagrams go. */
public enum Direction {
  /** From the client to the server. */
  TO_SERVER,
  /** From the server to the client. */
  TO_CLIENT
}
