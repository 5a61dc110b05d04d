package io.pipewright.client;

/** What a {@link ReconnectingClient} is about. */
public enum ConnectionState {
  /** A connection is being made. */
  CONNECTING,
  /** There is a connection. */
  CONNECTED,
  /** The next try comes after a while. */
  WAITING,
  /** There will be no connection any more. */
  CLOSED
}
