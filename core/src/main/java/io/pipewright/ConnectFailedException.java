package io.pipewright;

/** A client could not reach its server: nothing listens there, the name is unknown, or no answer came in time. */
public final class ConnectFailedException extends AddressException {

  /**
   * Says why.
   *
   * @param address the address as it was given
   * @param why the reason, as the end of a sentence
   * @param cause what the operating system or the resolver said
   */
  public ConnectFailedException(String address, String why, Throwable cause) {
    super("cannot connect to", address, why, cause);
  }
}
