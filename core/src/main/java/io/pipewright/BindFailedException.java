package io.pipewright;

/** A server could not listen: the port is taken, needs a privilege, or the address is not one of this machine. */
public final class BindFailedException extends AddressException {

  /**
   * Says why.
   *
   * @param address the address as it was given
   * @param why the reason, as the end of a sentence
   * @param cause what the operating system or the resolver said
   */
  public BindFailedException(String address, String why, Throwable cause) {
    super("cannot listen on", address, why, cause);
  }
}
