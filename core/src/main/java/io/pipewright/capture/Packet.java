package io.pipewright.capture;

import java.nio.ByteBuffer;

/** What is to be written of one packet: everything but the headers' bytes, which the writer's thread makes. */
sealed interface Packet {

  /** What fits an IPv4 packet's total length of 65,535 beside the headers of IPv4 and TCP. */
  int MAX_PAYLOAD = 65_535 - 20 - 20;

  /** About what an object of this kind takes in memory beside its content. */
  int OVERHEAD_BYTES = 160;

  /** When it passed, in microseconds since 1970. */
  long micros();

  /** From where to where. */
  Ends ends();

  /** What is recorded of the payload; its first bytes, or none. Heap memory of its own. */
  ByteBuffer content();

  /** How long the payload is. */
  long length();

  /**
   * A segment of TCP.
   *
   * @param sequence the number of its first byte
   * @param acknowledged the number of the byte that is next in the other direction
   * @param flags as in {@link Flags}
   * @param length may be more than {@link #MAX_PAYLOAD} if no content is recorded: that many segments then
   */
  record Segment(
      long micros,
      Ends ends,
      int sequence,
      int acknowledged,
      int flags,
      ByteBuffer content,
      long length)
      implements Packet {}

  /** A datagram of UDP. */
  record Datagram(long micros, Ends ends, ByteBuffer content, long length) implements Packet {}

  /** The flags of TCP's header (RFC 9293, section 3.1). */
  final class Flags {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int PSH = 0x08;
    static final int ACK = 0x10;

    private Flags() {}
  }
}
