package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.Charset;

/** A client of plain sockets, as the programs that the examples replace have. */
final class Peer implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  Peer(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Peer send(String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  Peer send(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  Peer finishSending() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** What comes, as long as {@code bytes} says. */
  byte[] receive(int bytes) throws IOException {
    return in.readNBytes(bytes);
  }

  String receiveLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; ) {
      line.append((char) b);
      b = in.read();
    }
    return new String(line.toString().getBytes(ISO_8859_1), UTF_8);
  }

  /** All that comes until the server has finished sending. */
  byte[] receiveAll() throws IOException {
    return in.readAllBytes();
  }

  String receiveAll(Charset charset) throws IOException {
    return new String(receiveAll(), charset);
  }

  /** How the server names it: {@code 127.0.0.1:5000}. */
  String name() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  Socket socket() {
    return socket;
  }

  /** Ends the connection; what the server still sends is answered with a reset. */
  void hangUp() throws IOException {
    socket.close();
  }

  /** Ends the connection by a reset, which the server sees at once. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
