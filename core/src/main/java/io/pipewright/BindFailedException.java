package io.pipewright;

/**
 * A server could not listen: the port is taken, needs a privilege, or the address is not one of
 * this machine.
 */
public final class BindFailedException extends PipewrightException {

  private final String host;
  private final int port;

  /**
   * @param host the host or address as it was given
   * @param port the port as it was given
   * @param why the reason, as the end of a sentence
   * @param cause what the operating system or the resolver said
   */
  public BindFailedException(String host, int port, String why, Throwable cause) {
    super("cannot listen on " + HostAndPort.format(host, port) + ": " + why, cause);
    this.host = host;
    this.port = port;
  }

  /** The host or address as it was given. */
  public String host() {
    return host;
  }

  /** The port as it was given. */
  public int port() {
    return port;
  }
}
