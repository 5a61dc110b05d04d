package io.pipewright.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Stands between one peer and a server, and can hold back what the peer sends, to pass it on in one write: so that records
 * come in one read that were sent one by one.
 */
final class OneWriteRelay implements AutoCloseable {

  private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final int target;
  private volatile boolean holding;
  private volatile boolean quiet;

  OneWriteRelay(int target) throws IOException {
    this.target = target;
    start(this::run);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** From now on what comes is held back. */
  void hold() {
    holding = true;
  }

  /** Passes on what was held back when nothing more has come for a while. */
  void releaseWhenQuiet() {
    quiet = true;
  }

  private void run() {
    try (Socket peer = listener.accept();
        Socket server = new Socket("127.0.0.1", target)) {
      start(() -> copy(server, peer));
      forward(peer, server);
      Thread.sleep(20_000); // the other direction goes on; close() ends this
    } catch (IOException | InterruptedException e) {
      return; // the test is over
    }
  }

  private void forward(Socket peer, Socket server) throws IOException {
    ByteArrayOutputStream held = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 16];
    peer.setSoTimeout(200);
    while (true) {
      try {
        int read = peer.getInputStream().read(some);
        if (read < 0) {
          break;
        }
        if (holding) {
          held.write(some, 0, read);
        } else {
          server.getOutputStream().write(some, 0, read);
        }
      } catch (SocketTimeoutException e) {
        if (quiet) {
          break;
        }
      }
    }
    server.getOutputStream().write(held.toByteArray());
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      return; // the test is over
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
