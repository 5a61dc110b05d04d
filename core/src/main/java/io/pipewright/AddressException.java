package io.pipewright;

/** Something went wrong with an address that a user gave: the address as it was given, and the reason, in one sentence. */
public abstract sealed class AddressException extends PipewrightException
    permits BindFailedException, ConnectFailedException {

  private final String address;

  AddressException(String what, String address, String why, Throwable cause) {
    super(what + " " + address + ": " + why, cause);
    this.address = address;
  }

  /** The address as it was given: {@code localhost:80}, {@code [::1]:80}, {@code unix:/run/echo.sock}. */
  public final String address() {
    return address;
  }
}
