package io.pipewright;

/**
 * A transport was asked for by name and this machine, or this class path, does not have it. There
 * is no silent fallback.
 */
public final class TransportUnavailableException extends PipewrightException {

  private final String transport;
  private final String reason;

  /**
   * @param transport the transport's name, such as {@code io_uring}
   * @param reason why it cannot be used here
   * @param cause what the native library's loading said, or {@code null}
   */
  public TransportUnavailableException(String transport, String reason, Throwable cause) {
    super("transport " + transport + " is not available here: " + reason, cause);
    this.transport = transport;
    this.reason = reason;
  }

  /** The transport's name. */
  public String transport() {
    return transport;
  }

  /** Why it cannot be used here. */
  public String reason() {
    return reason;
  }
}
