package io.pipewright.filetransfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A server of the plain dialect made of plain sockets, as people write them: one client at a time, one {@code read} of at most
 * 1024 bytes for the name.
 */
final class PlainServer implements AutoCloseable {

  interface Answer {
    void to(String request, Socket socket) throws IOException, InterruptedException;
  }

  private final int readBytes;
  private final ServerSocket listener;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String request;

  private PlainServer(Answer answer) throws IOException {
    this(1024, answer);
  }

  private PlainServer(int readBytes, Answer answer) throws IOException {
    this.readBytes = readBytes;
    listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    thread = new Thread(() -> serve(answer), "plain-server");
    thread.start();
  }

  static PlainServer serving(Answer answer) throws IOException {
    return new PlainServer(answer);
  }

  static PlainServer sending(byte[] content) throws IOException {
    return new PlainServer((request, socket) -> socket.getOutputStream().write(content));
  }

  static PlainServer resettingAfter(byte[] content) throws IOException {
    return new PlainServer((request, socket) -> {
      socket.getOutputStream().write(content);
      socket.setSoLinger(true, 0);
    });
  }

  /** Does not even read the name. */
  static PlainServer resettingAtOnce() throws IOException {
    return new PlainServer(0, (request, socket) -> socket.setSoLinger(true, 0));
  }

  static PlainServer silentAfter(byte[] content) throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    return new PlainServer((request, socket) -> {
      socket.getOutputStream().write(content);
      never.await();
    });
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What the latest client sent. */
  String request() {
    return request;
  }

  private void serve(Answer answer) {
    while (closed.getCount() > 0) {
      try (Socket socket = listener.accept()) {
        byte[] bytes = new byte[readBytes];
        int length = Math.max(0, socket.getInputStream().read(bytes));
        request = new String(bytes, 0, length, StandardCharsets.UTF_8);
        answer.to(request, socket);
      } catch (IOException e) {
        // the client left, or this server is closed
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      listener.close();
      thread.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
