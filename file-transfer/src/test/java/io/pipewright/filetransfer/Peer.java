package io.pipewright.filetransfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of the plain dialect made of a plain socket: no code of ours is in it. */
final class Peer implements AutoCloseable {

  private static final int READ_LIMIT_MILLIS = 20_000;

  private final Socket socket;

  Peer(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    socket.setTcpNoDelay(true);
  }

  Peer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  Peer send(byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
    return this;
  }

  /** For a peer that does not care whether the server still listens. */
  void sendOrGiveUp(String text) {
    try {
      send(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Peer finishSending() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Everything until the end; a reset is an {@code IOException}. */
  byte[] readAll() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  /** Exactly so many bytes. */
  byte[] read(int length) throws IOException {
    return socket.getInputStream().readNBytes(length);
  }

  InputStream in() throws IOException {
    return socket.getInputStream();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** One request from beginning to end. */
  static byte[] get(int port, String request) throws IOException {
    try (Peer peer = new Peer(port)) {
      return peer.send(request).readAll();
    }
  }
}
