package io.pipewright.filetransfer.download;

import io.pipewright.ConfigurationException;

/**
 * How many connections one file is fetched over, at each moment, over all its servers. An immutable value.
 *
 * @param most never more than so many
 * @param automatic whether to begin with one for each server, and to keep a further one only as long as it makes the download
 *     faster; else there are always {@code most}
 */
public record Connections(int most, boolean automatic) {

  /** The most that anybody may ask for: a server has other clients too. */
  public static final int LIMIT = 64;

  private static final int AUTOMATIC_MOST = 8;

  /**
   * @throws ConfigurationException if {@code most} is not 1 to {@value #LIMIT}
   */
  public Connections {
    if (most < 1 || most > LIMIT) {
      throw new ConfigurationException(
          "connections", most, "must be 1 to " + LIMIT + ", not " + most);
    }
  }

  /** As many as help, 8 at most. */
  public static Connections auto() {
    return new Connections(AUTOMATIC_MOST, true);
  }

  /**
   * Always as many.
   *
   * @param count 1 to {@value #LIMIT}
   * @return that many
   * @throws ConfigurationException if out of range
   */
  public static Connections exactly(int count) {
    return new Connections(count, false);
  }

  /** {@code auto} or the number. */
  @Override
  public String toString() {
    return automatic ? "auto" : Integer.toString(most);
  }
}
