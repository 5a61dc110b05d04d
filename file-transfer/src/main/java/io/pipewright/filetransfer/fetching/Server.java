package io.pipewright.filetransfer.fetching;

import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.saving.DiskThreads;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A server that this client speaks with, and the connections to it that nobody uses now: whoever needs one takes it, and gives
 * it back when nothing is owed on it. Thread-safe.
 */
public final class Server implements AutoCloseable {

  private static final int MOST_IDLE = 8;

  private final TcpClient tcp;
  private final Optional<Secret> secret;
  private final Duration timeout;
  private final DiskThreads disk;
  private final Deque<Link> idle = new ArrayDeque<>();
  private volatile boolean answered;
  private boolean closed;

  /**
   * @param tcp has {@link NativeConnection#pipeline}; closed with this
   * @param secret what to show the server
   * @param timeout how long it may be silent
   * @param disk writes what its connections bring
   */
  public Server(TcpClient tcp, Optional<Secret> secret, Duration timeout, DiskThreads disk) {
    this.tcp = tcp;
    this.secret = secret;
    this.timeout = timeout;
    this.disk = disk;
  }

  /** Where it is. */
  Endpoint endpoint() {
    return tcp.server();
  }

  /** Whether it has greeted this client, once at least. */
  boolean hasAnswered() {
    return answered;
  }

  /** A connection that nobody uses, or a new one; the caller gives it back or closes it. */
  CompletableFuture<Link> take() {
    synchronized (idle) {
      for (Link link = idle.poll(); link != null; link = idle.poll()) {
        if (link.connection().isOpen()) {
          return CompletableFuture.completedFuture(link);
        }
      }
    }
    return NativeConnection.open(tcp, secret, timeout).thenApply(connection -> {
      answered = true;
      return new Link(connection, disk);
    });
  }

  /** Takes a connection back on which nothing is owed. */
  void giveBack(Link link) {
    synchronized (idle) {
      if (!closed && link.connection().isOpen() && idle.size() < MOST_IDLE) {
        idle.push(link);
        return;
      }
    }
    link.connection().close();
  }

  /** Closes every connection, used or not, and what they run on if it was made for them. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.clear();
    }
    tcp.close();
  }
}
