package io.pipewright.udpecho;

import io.pipewright.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** The other end of the wire: a plain UDP socket on loopback that knows nothing of the project. */
final class Peer implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;

  private final DatagramSocket socket;
  private final int port;

  Peer() {
    this(InetAddress.getLoopbackAddress());
  }

  Peer(InetAddress address) {
    try {
      socket = new DatagramSocket(0, address);
      socket.setReceiveBufferSize(1 << 20);
      port = socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A datagram as it came. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Heard(byte[] bytes, InetSocketAddress from) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Its port, which stays known after it is closed. */
  int port() {
    return port;
  }

  void send(byte[] bytes, int port) throws IOException {
    send(bytes, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  void send(String text, InetSocketAddress to) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8), to);
  }

  void send(byte[] bytes, InetSocketAddress to) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, to));
  }

  Heard receive() throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    DatagramPacket packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
    socket.receive(packet);
    return new Heard(Arrays.copyOf(packet.getData(), packet.getLength()), (InetSocketAddress)
        packet.getSocketAddress());
  }

  /** Whether nothing comes for a while. */
  boolean hearsNothing() throws IOException {
    socket.setSoTimeout(200);
    try {
      socket.receive(new DatagramPacket(new byte[1], 1));
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  /** For {@code @MethodSource}: every transport that this machine has. */
  static Stream<Transport> transports() {
    return Stream.of(Transport.values())
        .filter(transport -> transport != Transport.AUTO && transport.isAvailable());
  }
}
