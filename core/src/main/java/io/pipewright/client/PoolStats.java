package io.pipewright.client;

/**
 * How a pool stands at one moment.
 *
 * @param leased connections in use
 * @param idle connections that wait for a user
 * @param connecting connections that are being made
 * @param waiting users that wait for a connection
 */
public record PoolStats(int leased, int idle, int connecting, int waiting) {

  /** All connections, open or on their way; never more than the pool's maximum. */
  public int size() {
    return leased + idle + connecting;
  }
}
