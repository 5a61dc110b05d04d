package io.pipewright.capture;

import io.pipewright.capture.Packet.Datagram;
import io.pipewright.capture.Packet.Flags;
import io.pipewright.capture.Packet.Segment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Writes a packet as a record of a pcap file of link type RAW: no link layer, IP first.
 *
 * <pre>
 *   ┌───────────────────────────────┬──────────────┬───────────────┬─────────┐
 *   │ seconds, micros, kept, length │ IPv4 or IPv6 │ TCP or UDP    │ payload │
 *   │ 16 bytes                      │ 20 or 40     │ 20, 28 or 8   │ …       │
 *   └───────────────────────────────┴──────────────┴───────────────┴─────────┘
 * </pre>
 *
 * <p>Checksums are right where the whole payload is recorded; where it is not, nobody can verify them, and they are 0.
 */
final class PacketEncoder {

  static final int RECORD_HEADER_BYTES = 16;

  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int TCP_BYTES = 20;
  private static final int UDP_BYTES = 8;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int TTL = 64;

  /** Says in a SYN: segments up to {@link Packet#MAX_PAYLOAD}, and a window of up to 1 GiB, which nothing here exceeds. */
  private static final byte[] SYN_OPTIONS = {
    2, 4, (byte) (Packet.MAX_PAYLOAD >>> 8), (byte) Packet.MAX_PAYLOAD, 1, 3, 3, 14
  };

  private static final int WINDOW = 65_535;

  /** The most bytes that a record can have. */
  static final int MAX_RECORD_BYTES =
      RECORD_HEADER_BYTES + IPV6_BYTES + TCP_BYTES + SYN_OPTIONS.length + 65_535;

  private PacketEncoder() {}

  /** How many bytes {@link #write} writes. */
  static int recordBytes(Packet packet) {
    return RECORD_HEADER_BYTES
        + ipBytes(packet.ends())
        + transportBytes(packet)
        + packet.content().remaining();
  }

  /**
   * Writes a whole record.
   *
   * @param packet its payload fits one packet
   * @param out big-endian, with room for it
   */
  static void write(Packet packet, ByteBuffer out) {
    ByteBuffer content = packet.content().duplicate();
    int length = (int) packet.length();
    int headers = ipBytes(packet.ends()) + transportBytes(packet);
    out.putInt((int) (packet.micros() / 1_000_000));
    out.putInt((int) (packet.micros() % 1_000_000));
    out.putInt(headers + content.remaining());
    out.putInt(headers + length);
    int protocol = packet instanceof Segment ? TCP : UDP;
    int addresses = ip(packet.ends(), protocol, transportBytes(packet) + length, out);
    int start = out.position();
    int checksumAt = transport(packet, out);
    boolean whole = content.remaining() == length;
    out.put(content);
    if (whole) {
      long sum =
          (long) protocol + out.position() - start; // the pseudo-header's protocol and length
      sum += sum(out, addresses, start) + sum(out, start, out.position());
      out.putShort(checksumAt, checksum(sum, protocol));
    }
  }

  /** Returns where the addresses begin, which end where the header does. */
  private static int ip(Ends ends, int protocol, int length, ByteBuffer out) {
    if (isIpv4(ends)) {
      int start = out.position();
      out.putShort((short) 0x4500).putShort((short) (IPV4_BYTES + length));
      out.putShort((short) 0).putShort((short) DONT_FRAGMENT);
      out.put((byte) TTL).put((byte) protocol).putShort((short) 0);
      out.put(ends.source().getAddress().getAddress());
      out.put(ends.destination().getAddress().getAddress());
      out.putShort(start + 10, checksum(sum(out, start, out.position()), 0));
      return start + 12;
    }
    out.putInt(0x6000_0000).putShort((short) length).put((byte) protocol).put((byte) TTL);
    int addresses = out.position();
    putIpv6(ends.source().getAddress(), out);
    putIpv6(ends.destination().getAddress(), out);
    return addresses;
  }

  /** An IPv4 address that talks to an IPv6 one is written as IPv6 maps it (RFC 4291, section 2.5.5.2). */
  private static void putIpv6(InetAddress address, ByteBuffer out) {
    if (address instanceof Inet4Address) {
      out.putLong(0).putInt(0xffff);
    }
    out.put(address.getAddress());
  }

  /** Returns where the checksum is to be. */
  private static int transport(Packet packet, ByteBuffer out) {
    int start = out.position();
    out.putShort((short) packet.ends().source().getPort());
    out.putShort((short) packet.ends().destination().getPort());
    if (packet instanceof Datagram) {
      out.putShort((short) (UDP_BYTES + packet.length())).putShort((short) 0);
      return start + 6;
    }
    Segment segment = (Segment) packet;
    out.putInt(segment.sequence()).putInt(segment.acknowledged());
    out.put((byte) (transportBytes(packet) << 2)).put((byte) segment.flags());
    out.putShort((short) WINDOW).putInt(0);
    if (isSyn(packet)) {
      out.put(SYN_OPTIONS);
    }
    return start + 16;
  }

  private static int ipBytes(Ends ends) {
    return isIpv4(ends) ? IPV4_BYTES : IPV6_BYTES;
  }

  private static boolean isIpv4(Ends ends) {
    return ends.source().getAddress() instanceof Inet4Address
        && ends.destination().getAddress() instanceof Inet4Address;
  }

  private static int transportBytes(Packet packet) {
    if (packet instanceof Datagram) {
      return UDP_BYTES;
    }
    return isSyn(packet) ? TCP_BYTES + SYN_OPTIONS.length : TCP_BYTES;
  }

  private static boolean isSyn(Packet packet) {
    return packet instanceof Segment segment && (segment.flags() & Flags.SYN) != 0;
  }

  /** The sum of RFC 1071 before it is folded; the range begins where a 16-bit word does. */
  private static long sum(ByteBuffer bytes, int from, int to) {
    long sum = 0;
    int at = from;
    for (; at + 1 < to; at += 2) {
      sum += bytes.getShort(at) & 0xffff;
    }
    return at < to ? sum + ((bytes.get(at) & 0xff) << 8) : sum;
  }

  private static short checksum(long sum, int protocol) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    int inverted = (int) ~folded & 0xffff;
    // RFC 768: 0 would say that there is no checksum
    return (short) (inverted == 0 && protocol == UDP ? 0xffff : inverted);
  }
}
