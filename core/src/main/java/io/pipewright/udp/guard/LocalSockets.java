package io.pipewright.udp.guard;

import io.pipewright.kernel.UdpSocketRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a port of this machine belongs to a client of ours: a socket that its program has connected to our port, which
 * nobody does who serves everybody. Nobody is judged yet while his socket has unread datagrams, since he sends without reading,
 * or while ours has: then what is read now was sent before he had our last reply.
 *
 * <p>From the kernel's own tables, {@code /proc/net/udp} and {@code udp6}; elsewhere than on Linux nobody is known. Asked only
 * about peers of this machine that are about to be cut off; the tables are read on the event loop, from memory, at most 20 times
 * a second and 2,000 lines of each. Not thread-safe.
 */
final class LocalSockets {

  /** What is known of a port; {@link #LATER} when that is not enough, or the tables were read too recently to be read again. */
  enum Verdict {
    YES,
    NO,
    LATER
  }

  private static final Logger log = LoggerFactory.getLogger(LocalSockets.class);
  private static final long LEAST_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Some milliseconds' worth. On a machine with more sockets not every client is known. */
  private static final int MOST_LINES = 2_000;

  private final Path tables;
  private final int ourPort;
  private BitSet clients = new BitSet();
  private BitSet unread = new BitSet();
  private boolean read;
  private long readAt;

  LocalSockets(Path tables, int ourPort) {
    this.tables = tables;
    this.ourPort = ourPort;
  }

  Verdict isClient(int port, long now) {
    if (clients.get(port)) {
      return Verdict.YES;
    }
    if (read && now - readAt < LEAST_AGE_NANOS) {
      return Verdict.LATER;
    }
    read = true;
    readAt = now;
    read();
    if (clients.get(port)) {
      return Verdict.YES;
    }
    return unread.get(port) || unread.get(ourPort) ? Verdict.LATER : Verdict.NO;
  }

  private void read() {
    BitSet connected = new BitSet();
    BitSet others = new BitSet();
    unread = new BitSet();
    for (String table : new String[] {"udp", "udp6"}) {
      try (Stream<String> lines = Files.lines(tables.resolve(table))) {
        lines
            .skip(1)
            .limit(MOST_LINES)
            .flatMap(line -> UdpSocketRow.parse(line).stream())
            .forEach(socket -> note(socket, connected, others));
      } catch (IOException | UncheckedIOException | NumberFormatException e) {
        log.debug("{} cannot be read: nobody is known by it", table, e);
      }
    }
    connected.andNot(others);
    clients = connected;
  }

  private void note(UdpSocketRow socket, BitSet connected, BitSet others) {
    (socket.remotePort() == ourPort ? connected : others).set(socket.localPort());
    if (socket.unreadBytes() > 0) {
      unread.set(socket.localPort());
    }
  }
}
