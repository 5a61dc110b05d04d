package io.pipewright.kernel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A line of {@code /proc/net/udp} or {@code udp6}:
 *
 * <pre>
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm-&gt;when retrnsmt   uid  timeout inode ref pointer drops
 * 1234: 0100007F:1E6C 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20931 2 00000000 0
 * </pre>
 *
 * @param localAddress as the kernel writes it: words of the machine's own byte order, in hexadecimal
 * @param remoteAddress likewise; zeros if the socket is not connected
 * @param unreadBytes the {@code rx_queue}
 * @param inode the socket's
 * @param drops since it was opened
 */
public record UdpSocketRow(
    String localAddress, String remoteAddress, long unreadBytes, long inode, long drops) {

  private static final int COLUMNS = 13;
  private static final int LOCAL_ADDRESS = 1;
  private static final int REMOTE_ADDRESS = 2;
  private static final int QUEUES = 4;
  private static final int INODE = 9;
  private static final int DROPS = 12;
  private static final int HEXADECIMAL = 16;

  /** Reads a line; nothing of one that is none of a socket. */
  public static Optional<UdpSocketRow> parse(String line) {
    String[] columns = line.trim().split(" +", -1);
    if (columns.length < COLUMNS) {
      return Optional.empty();
    }
    try {
      String unread = columns[QUEUES].substring(columns[QUEUES].indexOf(':') + 1);
      return Optional.of(new UdpSocketRow(
          columns[LOCAL_ADDRESS],
          columns[REMOTE_ADDRESS],
          Long.parseLong(unread, HEXADECIMAL),
          Long.parseLong(columns[INODE]),
          Long.parseLong(columns[DROPS])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The port that the socket is bound to. */
  public int localPort() {
    return port(localAddress);
  }

  /** The port that it is connected to, or 0. */
  public int remotePort() {
    return port(remoteAddress);
  }

  private static int port(String address) {
    return Integer.parseInt(address, address.indexOf(':') + 1, address.length(), HEXADECIMAL);
  }

  /** An address as the kernel writes it. */
  static String address(InetSocketAddress address) {
    ByteBuffer bytes =
        ByteBuffer.wrap(address.getAddress().getAddress()).order(ByteOrder.nativeOrder());
    StringBuilder text = new StringBuilder();
    while (bytes.hasRemaining()) {
      text.append("%08X".formatted(bytes.getInt()));
    }
    return text.append(":%04X".formatted(address.getPort())).toString();
  }
}
