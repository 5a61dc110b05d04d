package io.pipewright.capture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads pcap files of raw IP packets and judges each: lengths that fit each other, checksums that are right where the packet is
 * whole. Follows streams as a receiver would, by their sequence numbers.
 */
public final class PcapReader {

  private static final int TCP = 6;

  /**
   * A packet.
   *
   * @param length of the payload, of which {@code payload} may be the beginning
   */
  public record Packet(
      long micros,
      String source,
      int sourcePort,
      String destination,
      int destinationPort,
      boolean tcp,
      long sequence,
      long acknowledged,
      int flags,
      long length,
      List<Byte> payload) {

    /** As tcpdump has it: {@code S}, {@code S.}, {@code .}, {@code P.}, {@code F.}, {@code R.}. */
    public String flagLetters() {
      String letters = "";
      letters += (flags & 2) != 0 ? "S" : "";
      letters += (flags & 1) != 0 ? "F" : "";
      letters += (flags & 4) != 0 ? "R" : "";
      letters += (flags & 8) != 0 ? "P" : "";
      return letters + ((flags & 16) != 0 ? "." : "");
    }

    byte[] bytes() {
      byte[] bytes = new byte[payload.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = payload.get(i);
      }
      return bytes;
    }

    String from() {
      return source + ":" + sourcePort;
    }
  }

  private PcapReader() {}

  /** Every packet of a file, which must hold nothing but whole ones. */
  public static List<Packet> read(Path file) throws IOException {
    return read(ByteBuffer.wrap(Files.readAllBytes(file)));
  }

  static List<Packet> read(ByteBuffer file) {
    check(file.getInt() == 0xa1b2c3d4, "magic");
    check(file.getShort() == 2 && file.getShort() == 4, "version");
    check(file.getLong() == 0, "time zone");
    int snap = file.getInt();
    check(file.getInt() == 101, "link type");
    List<Packet> packets = new ArrayList<>();
    while (file.hasRemaining()) {
      long micros = Integer.toUnsignedLong(file.getInt()) * 1_000_000 + file.getInt();
      int kept = file.getInt();
      int length = file.getInt();
      check(kept <= length && kept <= snap && kept >= 28, "lengths " + kept + " of " + length);
      if (kept > file.remaining()) {
        throw new BufferUnderflowException();
      }
      packets.add(packet(micros, length, file.slice(file.position(), kept)));
      file.position(file.position() + kept);
    }
    return packets;
  }

  private static Packet packet(long micros, int length, ByteBuffer ip) {
    boolean ipv4 = ip.get(0) >>> 4 == 4;
    int header = ipv4 ? 20 : 40;
    int protocol = ip.get(ipv4 ? 9 : 6);
    if (ipv4) {
      check((ip.getShort(2) & 0xffff) == length, "total length");
      check(sum(0, ip, 0, header) == 0xffff, "header's checksum");
    } else {
      check((ip.getShort(4) & 0xffff) == length - header, "payload length");
    }
    int addresses = ipv4 ? 12 : 8;
    boolean tcp = protocol == TCP;
    int transport = tcp ? (ip.get(header + 12) & 0xf0) >>> 2 : 8;
    ByteBuffer rest = ip.slice(header, ip.limit() - header);
    if (ip.limit() == length) {
      long pseudo = protocol + rest.limit() + rawSum(ip, addresses, header);
      check(sum(pseudo, rest, 0, rest.limit()) == 0xffff, "checksum");
    }
    check(tcp || (rest.getShort(4) & 0xffff) == length - header, "UDP length");
    List<Byte> payload = new ArrayList<>();
    for (int at = transport; at < rest.limit(); at++) {
      payload.add(rest.get(at));
    }
    int size = ipv4 ? 4 : 16;
    return new Packet(
        micros,
        address(ip, addresses, size),
        rest.getShort(0) & 0xffff,
        address(ip, addresses + size, size),
        rest.getShort(2) & 0xffff,
        tcp,
        tcp ? Integer.toUnsignedLong(rest.getInt(4)) : 0,
        tcp ? Integer.toUnsignedLong(rest.getInt(8)) : 0,
        tcp ? rest.get(13) : 0,
        length - header - transport,
        payload);
  }

  private static String address(ByteBuffer ip, int at, int size) {
    byte[] bytes = new byte[size];
    ip.get(at, bytes);
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long rawSum(ByteBuffer bytes, int from, int to) {
    long sum = 0;
    for (int at = from; at < to; at++) {
      sum += (long) (bytes.get(at) & 0xff) << ((at - from) % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  private static long sum(long start, ByteBuffer bytes, int from, int to) {
    long sum = start + rawSum(bytes, from, to);
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not a right packet: " + what);
    }
  }

  /** What each sender, {@code ADDRESS:PORT}, sent by TCP; every segment must continue the one before. */
  public static Map<String, byte[]> streams(List<Packet> packets) {
    Map<String, ByteArrayOutputStream> sent = new HashMap<>();
    Map<String, Long> next = new HashMap<>();
    for (Packet packet : packets) {
      String from = packet.from();
      String to = packet.destination + ":" + packet.destinationPort;
      boolean counts = (packet.flags & 3) != 0; // SYN and FIN take a number (RFC 9293, section 3.4)
      check(
          (packet.flags & 2) != 0
              || next.getOrDefault(from + to, packet.sequence) == packet.sequence,
          from + " jumps to " + packet.sequence + " from " + next.get(from + to));
      Long others = next.get(to + from);
      check(
          (packet.flags & 16) == 0 || others == null || others == packet.acknowledged,
          from + " acknowledges " + packet.acknowledged + " of " + others);
      next.put(from + to, (packet.sequence + packet.length + (counts ? 1 : 0)) & 0xffff_ffffL);
      sent.computeIfAbsent(from, sender -> new ByteArrayOutputStream()).writeBytes(packet.bytes());
    }
    return sent.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, stream -> stream.getValue().toByteArray()));
  }

  /** The flags of each packet in order. */
  public static String letters(List<Packet> packets) {
    return packets.stream().map(Packet::flagLetters).collect(Collectors.joining(" "));
  }
}
