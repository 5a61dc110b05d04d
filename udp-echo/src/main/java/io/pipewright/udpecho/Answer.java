package io.pipewright.udpecho;

import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.time.Duration;

/** The answer to a datagram: what came, from whom, and how long it took. Immutable. */
public final class Answer {

  private final InetSocketAddress sender;
  private final byte[] bytes;
  private final int tries;
  private final Duration roundTrip;

  Answer(InetSocketAddress sender, byte[] bytes, int tries, Duration roundTrip) {
    this.sender = sender;
    this.bytes = bytes;
    this.tries = tries;
    this.roundTrip = roundTrip;
  }

  /** Who answered. */
  public InetSocketAddress sender() {
    return sender;
  }

  /** The datagram's payload, as a copy; 0 to 65,507 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The payload as text; bytes that are none become U+FFFD. */
  public String text(Charset charset) {
    return new String(bytes, charset);
  }

  /** How often the question was sent until the answer came: 1 or more. */
  public int tries() {
    return tries;
  }

  /** From the last time that the question was sent. */
  public Duration roundTrip() {
    return roundTrip;
  }

  @Override
  public String toString() {
    return "Answer[" + bytes.length + " bytes from " + sender + ", " + tries + " tries]";
  }
}
