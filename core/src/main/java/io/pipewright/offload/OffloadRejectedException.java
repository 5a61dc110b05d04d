package io.pipewright.offload;

import io.pipewright.PipewrightException;

/** An executor took no more work, so that a connection's handler could not be called. The connection is closed. */
public final class OffloadRejectedException extends PipewrightException {

  private final String handler;

  OffloadRejectedException(String handler, Throwable cause) {
    super(
        "the executor of handler '" + handler
            + "' takes no more work: it has been shut down, or is full; the connection is closed",
        cause);
    this.handler = handler;
  }

  /** The handler's name in its pipeline. */
  public String handler() {
    return handler;
  }
}
