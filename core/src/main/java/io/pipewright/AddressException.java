package io.pipewright;

/** Something went wrong with an address that a user gave: the address as it was given, and the reason, in one sentence. */
public abstract sealed class AddressException extends PipewrightException
    permits BindFailedException, ConnectFailedException {

  private final String host;
  private final int port;

  AddressException(String what, String host, int port, String why, Throwable cause) {
    super(what + " " + hostAndPort(host, port) + ": " + why, cause);
    this.host = host;
    this.port = port;
  }

  private static String hostAndPort(String host, int port) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    return bare ? "[" + host + "]:" + port : host + ":" + port;
  }

  /** The host or address as it was given. */
  public final String host() {
    return host;
  }

  /** The port as it was given. */
  public final int port() {
    return port;
  }
}
