package io.pipewright.kernel;

/** The eleven states of a TCP connection (RFC 9293, section 3.3.2), in the order of Linux's numbers for them. */
public enum TcpState {
  /** Data can flow both ways. */
  ESTABLISHED,
  /** A connect waits for its answer. */
  SYN_SENT,
  /** A connect came and was answered; the peer's confirmation is awaited. */
  SYN_RECEIVED,
  /** We have finished sending; neither confirmed nor has the peer finished. */
  FIN_WAIT_1,
  /** We have finished sending and the peer knows; it may go on. */
  FIN_WAIT_2,
  /** Both have finished; what is left of the old is waited for. */
  TIME_WAIT,
  /** Nothing. */
  CLOSED,
  /** The peer has finished sending; we have not. Many of these are a program that forgets to close. */
  CLOSE_WAIT,
  /** Both have finished; our last word is not confirmed. */
  LAST_ACK,
  /** Waits for connects. */
  LISTEN,
  /** Both have finished at once; not confirmed. */
  CLOSING;

  private static final TcpState[] BY_NUMBER = values();

  /** Linux's number in {@code tcp_info} and {@code /proc/net/tcp}: from 1; 12 is a second kind of SYN_RECEIVED. */
  static TcpState ofLinux(int number) {
    if (number == 12) {
      return SYN_RECEIVED;
    }
    return number >= 1 && number <= BY_NUMBER.length ? BY_NUMBER[number - 1] : CLOSED;
  }
}
