package io.pipewright.shaping;

import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How many bytes a second connections may move: each by itself, and all that share this object together. A live object,
 * thread-safe: {@link #change} takes effect on running connections at once.
 *
 * <pre>{@code
 * Shaping shaping = Shaping.builder().writeBytesPerSecond(1_000_000).totalWriteBytesPerSecond(50_000_000).build();
 * TcpServer.builder().shaping(shaping)…
 * shaping.change(shaping.rates().withWrite(2_000_000));
 * }</pre>
 *
 * <p><b>What counts</b> are the bytes at the handler's place: nearest to the socket they are those of the wire, but for the
 * headers of TCP and IP. A rate is kept over time; a burst, what {@linkplain ShapingBuilder#burst a tenth of a second} gives
 * and 16 KiB at least, may pass at once after a pause.
 *
 * <p><b>Reading</b> is held back by not reading: TCP makes the peer wait in its turn. {@code autoRead} stays as it is, others
 * may turn it off and on. On epoll and io_uring, Netty reads what the kernel still holds of a peer that has finished sending
 * without asking anybody; that is at most the socket's receive buffer, once a connection.
 *
 * <p><b>Writing</b> queues in the handler, in order, whole or in slices; a promise is done when its last byte has been taken by
 * the socket. What waits counts as unsent bytes of the channel: {@code isWritable()} and the water marks are as true as
 * without a handler, so a writer that heeds them has no more in memory. A file region no larger than the burst is sent as it
 * is, by {@code sendfile(2)} where the transport does so; a larger one in slices, which are copied. {@code close()} fails what
 * is queued, as Netty does with what is unsent; to have it sent, close when the last write is done.
 *
 * <p><b>Sharing</b> a total is fair: connections take turns, the slices become the smaller the more are waiting.
 */
public final class Shaping {

  private final Burst burst;
  private final Set<ShapingHandler> handlers = ConcurrentHashMap.newKeySet();
  private final Bucket totalRead = new Bucket();
  private final Bucket totalWrite = new Bucket();
  private volatile Rates rates;

  Shaping(Rates rates, Duration burst) {
    this.rates = rates;
    this.burst = new Burst(burst);
  }

  /** A builder with everything unlimited. */
  public static ShapingBuilder builder() {
    return new ShapingBuilder();
  }

  /** The rates that hold now. */
  public Rates rates() {
    return rates;
  }

  /**
   * Sets all rates, also for the connections that are open.
   *
   * @param rates what holds from now on
   */
  public void change(Rates rates) {
    this.rates = Objects.requireNonNull(rates, "rates");
    handlers.forEach(ShapingHandler::ratesChanged);
  }

  /** A handler for one channel; its place is nearest to the socket, before TLS. */
  public ChannelHandler newHandler() {
    return new ShapingHandler(this);
  }

  void add(ShapingHandler handler) {
    handlers.add(handler);
  }

  void remove(ShapingHandler handler) {
    handlers.remove(handler);
  }

  Burst burst() {
    return burst;
  }

  /** The bucket of all connections' reading, set to its rate; null if that is unlimited. */
  Bucket totalRead(long now) {
    return adjusted(totalRead, rates.totalReadBytesPerSecond(), now);
  }

  /** The bucket of all connections' writing, set to its rate; null if that is unlimited. */
  Bucket totalWrite(long now) {
    return adjusted(totalWrite, rates.totalWriteBytesPerSecond(), now);
  }

  /** The bucket at that rate; null if it is unlimited. */
  Bucket adjusted(Bucket bucket, long rate, long now) {
    if (rate == 0) {
      bucket.unlimited();
      return null;
    }
    bucket.rate(rate, burst, now);
    return bucket;
  }

  /** The rates that hold now. */
  @Override
  public String toString() {
    return rates.toString();
  }

  /** How much may pass at once after a pause: what a rate gives in this time. */
  record Burst(Duration time) {

    private static final long LEAST_BYTES = 16 << 10;

    long bytes(long rate) {
      double seconds = (double) time.toNanos() / TimeUnit.SECONDS.toNanos(1);
      return Math.max(LEAST_BYTES, (long) (rate * seconds));
    }
  }
}
