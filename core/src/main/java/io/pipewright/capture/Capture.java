package io.pipewright.capture;

import io.netty.channel.ChannelHandler;
import io.pipewright.address.CidrSet;
import io.pipewright.capture.CaptureEnd.Reason;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recording of connections to a pcap file, for Wireshark and its relatives: from its start until it is closed, its file has
 * its largest size or its time is over, whichever is first.
 *
 * <pre>{@code
 * try (Capture capture = Capture.builder()
 *     .file(Path.of("/tmp/one-client.pcap"))
 *     .only(Cidr.parse("203.0.113.7/32"))
 *     .maxDuration(Duration.ofSeconds(30))
 *     .start()) {
 *   server.capture(capture); // its open connections and those to come
 *   CaptureEnd end = capture.ended().join();
 * }
 * }</pre>
 *
 * <p>Where a handler of it stands, the bytes that are read and written become packets, with headers of IP and TCP or UDP as
 * they may have been on the wire: a handshake if the connection begins under the capture, sequence and acknowledgement numbers,
 * FIN or RST at the end. They are not the wire's own: sizes, retransmissions and pure acknowledgements are those of nobody.
 * Written bytes are recorded when they are written, not when they leave. A {@code FileRegion} counts with its length, and
 * without its content.
 *
 * <p>Thread-safe. Event loops never wait for the disk: packets wait in memory, bounded, for a thread of the capture's own, and
 * those that find no room are dropped and counted. A disk that fails ends the capture and nothing else.
 */
public final class Capture implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Capture.class);
  private static final AtomicInteger number = new AtomicInteger();

  /** How long {@link #close} waits for a disk. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private final String name = "capture-" + number.incrementAndGet();
  private final Path path;
  private final CidrSet only;
  private final int maxPayload;
  private final PcapFile file;
  private final Recording recording;
  private final Set<CaptureHandler> handlers = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<CaptureEnd> ended = new CompletableFuture<>();
  private final long startedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  private final long startedNanos = System.nanoTime();
  private volatile boolean discarded;

  Capture(CaptureBuilder settings, PcapFile file) {
    this.path = settings.file();
    this.only = settings.only();
    this.maxPayload = settings.maxPayload();
    this.file = file;
    this.recording =
        new Recording(file, settings.maxDuration(), settings.maxQueuedBytes(), this::end);
    log.info(
        "recording {} in the clear to {}, for at most {} and {} bytes",
        only == null ? "every peer" : "peers of " + only,
        path,
        settings.maxDuration(),
        settings.maxBytes());
    Thread writer = new Thread(recording, "pipewright-" + name);
    writer.setDaemon(true);
    writer.start();
  }

  /** A builder whose {@link CaptureBuilder#start} starts a capture; it must be told the file. */
  public static CaptureBuilder builder() {
    return new CaptureBuilder();
  }

  /**
   * A handler that records one channel's bytes from when it is added until it is removed, which it does by itself when the
   * capture ends or the peer is none that was chosen. It may be added to a channel at any time, on its event loop; behind TLS
   * it records in the clear. Reads and writes pass as they are.
   *
   * @return a handler for one channel
   */
  public ChannelHandler newHandler() {
    return new CaptureHandler(this);
  }

  /** A name for this capture's handler in a pipeline that no other capture of this process has. */
  public String name() {
    return name;
  }

  /** Whether packets are still recorded. */
  public boolean isActive() {
    return recording.isOpen();
  }

  /** How long the file is by now, in bytes. */
  public long bytes() {
    return file.bytes();
  }

  /** How many packets are in the file by now. */
  public long packets() {
    return file.packets();
  }

  /** How many packets passed and are not recorded, because those before them were still waiting for the disk. */
  public long dropped() {
    return recording.dropped();
  }

  /** Done when the file is closed; never fails. */
  public CompletableFuture<CaptureEnd> ended() {
    return ended.copy();
  }

  /**
   * Ends the capture: what passed until now is still written.
   *
   * @return {@link #ended()}
   */
  public CompletableFuture<CaptureEnd> closeAsync() {
    recording.stop();
    return ended();
  }

  /**
   * Ends the capture and removes its file: for what came to nothing.
   *
   * @return {@link #ended()}
   */
  public CompletableFuture<CaptureEnd> discard() {
    discarded = true;
    return closeAsync();
  }

  /**
   * Ends the capture and waits until its file is closed, for 10 s at most in case the disk hangs: not for event loops, which
   * have {@link #closeAsync}.
   */
  @Override
  public void close() {
    closeAsync()
        .completeOnTimeout(null, CLOSE_WAIT.toNanos(), TimeUnit.NANOSECONDS)
        .join();
  }

  private void end(CaptureEnd end) {
    if (discarded) {
      remove();
    } else if (end.reason() == Reason.FAILED) {
      Exception failure = end.failure().orElseThrow();
      log.warn(
          "the capture to {} failed, with {} packets: {}",
          path,
          end.packets(),
          String.valueOf(failure));
      log.debug("the capture to {} failed", path, failure);
    } else {
      log.info(
          "{} is complete ({}): {} packets, {} bytes, {} dropped",
          path,
          end.reason(),
          end.packets(),
          end.bytes(),
          end.dropped());
    }
    handlers.forEach(CaptureHandler::leave);
    ended.complete(end);
  }

  private void remove() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("{} could not be removed", path, e);
    }
  }

  boolean chooses(SocketAddress peer) {
    return only == null || only.contains(peer);
  }

  void attached(CaptureHandler handler) {
    handlers.add(handler);
  }

  void detached(CaptureHandler handler) {
    handlers.remove(handler);
  }

  int maxPayload() {
    return maxPayload;
  }

  Recording recording() {
    return recording;
  }

  /** Now, in microseconds since 1970; never goes back. */
  long micros() {
    return startedMicros + (System.nanoTime() - startedNanos) / 1_000;
  }

  @Override
  public String toString() {
    return "Capture[" + path + ", " + packets() + " packets, " + bytes() + " bytes]";
  }
}
