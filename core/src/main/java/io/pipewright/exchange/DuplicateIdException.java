package io.pipewright.exchange;

/**
 * A request with this id waits for its answer already, or was given up and its answer may still come; this one was not sent.
 */
public final class DuplicateIdException extends ExchangeException {

  private final transient Object id;

  DuplicateIdException(Object id) {
    super("a request with the id " + id + " is in flight already", null);
    this.id = id;
  }

  /** The id. */
  public Object id() {
    return id;
  }
}
