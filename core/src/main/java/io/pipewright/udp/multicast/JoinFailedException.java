package io.pipewright.udp.multicast;

import io.pipewright.PipewrightException;

/** A group could not be joined or left: the interface does not do it, or the system allows no more. */
public final class JoinFailedException extends PipewrightException {

  private final Membership membership;

  JoinFailedException(String what, Membership membership, Throwable cause) {
    super("cannot %s %s: %s".formatted(what, membership, cause.getMessage()), cause);
    this.membership = membership;
  }

  /** Which group, where and from whom. */
  public Membership membership() {
    return membership;
  }
}
