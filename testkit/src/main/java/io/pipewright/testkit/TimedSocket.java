package io.pipewright.testkit;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A connected socket whose reads and writes end in time: a TCP one, or a Unix one. */
final class TimedSocket implements AutoCloseable {

  /** What comes next on a connection. */
  enum Next {
    BYTES("bytes came"),
    END("the other end ended the connection"),
    RESET("the other end reset the connection"),
    NOTHING("nothing came");

    private final String words;

    Next(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private static final int MOST_AT_ONCE = 64 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer buffer = ByteBuffer.allocate(MOST_AT_ONCE).flip();

  /** Takes over a socket, and closes it if that fails. */
  TimedSocket(SocketChannel channel) throws IOException {
    this.channel = channel;
    Selector opened = null;
    try {
      opened = Selector.open();
      if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      channel.configureBlocking(false);
      this.selector = opened;
      this.key = channel.register(selector, 0);
    } catch (IOException e) {
      channel.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
  }

  SocketChannel channel() {
    return channel;
  }

  /** Writes all, and says whether it could in time. */
  boolean write(ByteBuffer bytes, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0 && !await(SelectionKey.OP_WRITE, deadline)) {
        return false;
      }
    }
    return true;
  }

  /** Waits for what comes next; if it is bytes, {@link #take} has them. */
  Next next(Duration limit) {
    if (buffer.hasRemaining()) {
      return Next.BYTES;
    }
    long deadline = System.nanoTime() + limit.toNanos();
    buffer.clear();
    try {
      int count = channel.read(buffer);
      while (count == 0) {
        if (!await(SelectionKey.OP_READ, deadline)) {
          return Next.NOTHING;
        }
        count = channel.read(buffer);
      }
      return count < 0 ? Next.END : Next.BYTES;
    } catch (IOException e) {
      return Next.RESET;
    } finally {
      buffer.flip();
    }
  }

  /** What has come and was not taken yet. */
  byte[] take(int atMost) {
    byte[] bytes = new byte[Math.min(buffer.remaining(), atMost)];
    buffer.get(bytes);
    return bytes;
  }

  /** Returns whether the socket can do it before the deadline. */
  private boolean await(int operation, long deadlineNanos) throws IOException {
    key.interestOps(operation);
    long left = deadlineNanos - System.nanoTime();
    while (left > 0) {
      int ready = selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      selector.selectedKeys().clear();
      if (ready > 0) {
        return true;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted");
      }
      left = deadlineNanos - System.nanoTime();
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close(); // a registered socket keeps its descriptor until then
  }
}
