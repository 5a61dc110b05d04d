package io.pipewright.kernel;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Linux tells of UDP sockets in {@code /proc/net/udp} and {@code udp6} (proc_net_udp(5)): how many datagrams the kernel has
 * dropped before a program saw them, because its receive buffer was full or a checksum was wrong, and how much waits to be read.
 *
 * <p>Reads files, and so must not be called on an event loop.
 */
public final class UdpSockets {

  private static final Path PROC = Path.of("/proc/self");
  private static final String SOCKET = "socket:[";

  private UdpSockets() {}

  /**
   * Some sockets of this process together.
   *
   * @param drops datagrams that the kernel dropped since the sockets were opened
   * @param unreadBytes memory that unread datagrams take in the kernel now
   */
  public record Queues(long drops, long unreadBytes) {}

  /**
   * Looks up the sockets of these channels: on io_uring and epoll by their inode, on NIO by the address that they are bound to,
   * as long as no other process shares it.
   *
   * @param channels open and bound
   * @return empty if this system does not tell, or one of them is not found
   */
  public static Optional<Queues> queuesOf(Collection<Channel> channels) {
    try {
      List<UdpSocketRow> rows = rows();
      return known(channels)
          .map(inodes -> byInode(rows, inodes))
          .orElseGet(() -> byAddress(rows, channels));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<UdpSocketRow> rows() throws IOException {
    List<UdpSocketRow> rows = new ArrayList<>();
    for (String name : List.of("udp", "udp6")) {
      Path table = PROC.resolve("net").resolve(name);
      if (Files.exists(table)) { // without IPv6 there is one only
        try (Stream<String> lines = Files.lines(table)) {
          lines.skip(1).map(UdpSocketRow::parse).flatMap(Optional::stream).forEach(rows::add);
        }
      }
    }
    return rows;
  }

  private static Optional<Set<Long>> known(Collection<Channel> channels) {
    Set<Long> inodes = new HashSet<>();
    for (Channel channel : channels) {
      OptionalLong inode =
          channel instanceof UnixChannel unix ? inode(unix.fd().intValue()) : OptionalLong.empty();
      if (inode.isEmpty()) {
        return Optional.empty();
      }
      inodes.add(inode.getAsLong());
    }
    return Optional.of(inodes);
  }

  private static OptionalLong inode(int descriptor) {
    try {
      String target = Files.readSymbolicLink(PROC.resolve("fd").resolve(String.valueOf(descriptor)))
          .toString();
      return target.startsWith(SOCKET)
          ? OptionalLong.of(Long.parseLong(target, SOCKET.length(), target.length() - 1, 10))
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty(); // closed meanwhile
    }
  }

  private static Optional<Queues> byInode(List<UdpSocketRow> rows, Set<Long> inodes) {
    return sum(rows.stream().filter(row -> inodes.contains(row.inode())).toList(), inodes.size());
  }

  private static Optional<Queues> byAddress(List<UdpSocketRow> rows, Collection<Channel> channels) {
    Set<String> addresses = new HashSet<>();
    for (Channel channel : channels) {
      if (channel.localAddress() instanceof InetSocketAddress bound) {
        addresses.add(UdpSocketRow.address(bound));
      }
    }
    return sum(
        rows.stream().filter(row -> addresses.contains(row.localAddress())).toList(),
        channels.size());
  }

  private static Optional<Queues> sum(List<UdpSocketRow> rows, int expected) {
    if (rows.size() != expected) {
      return Optional.empty();
    }
    return Optional.of(new Queues(
        rows.stream().mapToLong(UdpSocketRow::drops).sum(),
        rows.stream().mapToLong(UdpSocketRow::unreadBytes).sum()));
  }
}
