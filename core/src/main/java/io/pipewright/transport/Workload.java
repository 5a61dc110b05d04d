package io.pipewright.transport;

import java.util.List;

/** What the event loops will be used for: the best transport is another for each. */
@SuppressWarnings("ImmutableEnumChecker") // its list is List.of
public enum Workload {
  /** Messages over TCP: io_uring costs least CPU a message. */
  TCP(
      "least CPU a TCP message, as measured",
      Transport.IO_URING,
      Transport.EPOLL,
      Transport.KQUEUE,
      Transport.NIO),

  /**
   * Connections over Unix domain sockets: on io_uring and NIO, Netty closes one whose peer has finished sending, and what is
   * owed to that peer is lost.
   */
  UNIX(
      "keeps half-closed Unix domain sockets",
      Transport.EPOLL,
      Transport.KQUEUE,
      Transport.IO_URING,
      Transport.NIO),

  /** Datagrams: epoll has recvmmsg and sendmmsg. */
  UDP(
      "least CPU a datagram, as measured",
      Transport.EPOLL,
      Transport.IO_URING,
      Transport.KQUEUE,
      Transport.NIO),

  /**
   * Files by {@code sendfile}: never io_uring, on which Netty delivers wrong bytes from beyond 2
   * GiB of a file region.
   */
  FILES("sendfile, exact at any length", Transport.EPOLL, Transport.KQUEUE, Transport.NIO);

  private final String merit;
  private final List<Transport> preference;

  Workload(String merit, Transport... preference) {
    this.merit = merit;
    this.preference = List.of(preference);
  }

  /** The transports in the order in which they are tried. */
  List<Transport> preference() {
    return preference;
  }

  /** What the order is by. */
  String merit() {
    return merit;
  }
}
