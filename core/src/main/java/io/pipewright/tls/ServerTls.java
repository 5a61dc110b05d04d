package io.pipewright.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.pipewright.ConfigurationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS for the connections that a server accepts. Thread-safe; one serves any number of servers.
 *
 * <pre>{@code
 * try (ServerTls tls = ServerTls.builder().certificate(Path.of("chain.pem"), Path.of("key.pem")).build();
 *     RunningServer server = TcpServer.builder().port(443).tls(tls).pipeline(pipeline).start()) {
 *   server.awaitTermination();
 * }
 * }</pre>
 *
 * <p>The files are watched by a thread of its own: a changed certificate serves the connections that come after, the others go
 * on with the one that they have. A new file that will not do is logged, and the old certificate stays.
 *
 * <p>Whoever built it closes it, after the servers that use it.
 */
public final class ServerTls implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private final ServerMaterial material;
  private final Duration handshakeTimeout;
  private final ScheduledExecutorService watcher;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<TlsFailure, LongAdder> failures = new EnumMap<>(TlsFailure.class);

  /** Guarded by the lock; {@code null} when it is closed. */
  private ServerMaterial.Loaded loaded;

  /** Of the files that were looked at last, be they in use or not. Guarded by this. */
  private String seen;

  ServerTls(ServerMaterial material, Duration handshakeTimeout, Duration reloadEvery) {
    this.material = material;
    this.handshakeTimeout = handshakeTimeout;
    for (TlsFailure failure : TlsFailure.values()) {
      failures.put(failure, new LongAdder());
    }
    this.seen = material.fingerprint(); // first: what changes while it is read is read again
    this.loaded = material.load();
    warnOfExpired();
    this.watcher = reloadEvery.isZero() ? null : watch(reloadEvery);
  }

  /** A builder with every default but the certificate. */
  public static ServerTlsBuilder builder() {
    return new ServerTlsBuilder();
  }

  private void warnOfExpired() {
    Instant now = Instant.now();
    for (TlsCertificate certificate : certificates()) {
      if (certificate.notAfter().isBefore(now)) {
        log.warn(
            "the certificate in {} expired at {}: clients will refuse it",
            certificate.file(),
            certificate.notAfter());
      }
    }
  }

  private ScheduledExecutorService watch(Duration period) {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
      Thread thread = new Thread(task, "tls-reload");
      thread.setDaemon(true);
      return thread;
    });
    executor.scheduleWithFixedDelay(
        this::look, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    return executor;
  }

  private void look() {
    try {
      if (reloadIfChanged()) {
        log.info("certificates reloaded: {}", this);
      }
    } catch (ConfigurationException e) {
      log.warn("not reloaded, the old certificate stays: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.warn("not reloaded, the old certificate stays", e);
    }
  }

  private synchronized boolean reloadIfChanged() {
    String now = material.fingerprint();
    if (now.equals(seen)) {
      return false;
    }
    seen = now; // also if they will not do: they are not tried again until they change
    replace(material.load());
    return true;
  }

  /**
   * Reads the files again now, changed or not. Blocks: never call it on an event loop.
   *
   * @throws ConfigurationException what is wrong with which file; the old certificate stays
   * @throws IllegalStateException after {@link #close()}
   */
  public synchronized void reload() {
    seen = material.fingerprint();
    replace(material.load());
    warnOfExpired();
  }

  private void replace(ServerMaterial.Loaded fresh) {
    ServerMaterial.Loaded old;
    lock.writeLock().lock();
    try {
      old = loaded;
      if (old == null) {
        ReferenceCountUtil.release(fresh.context());
        throw closed();
      }
      loaded = fresh;
    } finally {
      lock.writeLock().unlock();
    }
    ReferenceCountUtil.release(old.context()); // connections hold it as long as they need it
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("this ServerTls has been closed");
  }

  /**
   * The handler for one connection; it puts Netty's {@code SslHandler} before itself. What a peer does wrong in the handshake
   * is counted, fired as one {@link TlsHandshakeException} and ends the connection; one that says nothing and goes is only
   * counted.
   */
  public ChannelHandler newHandler() {
    return TlsHandler.server(this::newEngine, failure -> failures.get(failure).increment());
  }

  private SslHandler newEngine(ByteBufAllocator allocator) {
    lock.readLock().lock();
    try {
      if (loaded == null) {
        throw closed();
      }
      SslHandler handler = loaded.context().newHandler(allocator);
      handler.setHandshakeTimeout(handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
      return handler;
    } finally {
      lock.readLock().unlock();
    }
  }

  private List<Identity> identities() {
    lock.readLock().lock();
    try {
      if (loaded == null) {
        throw closed();
      }
      return loaded.identities();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The certificates in use, the default one first. */
  public List<TlsCertificate> certificates() {
    return identities().stream().map(Identity::described).toList();
  }

  /**
   * How long until the first of the certificates expires.
   *
   * @param clock says what time it is
   * @return negative if it has expired
   */
  public Duration timeToExpiry(Clock clock) {
    Instant first =
        identities().stream().map(Identity::notAfter).min(Instant::compareTo).orElseThrow();
    return Duration.between(clock.instant(), first);
  }

  /** How many handshakes have failed so far, by kind; every kind is there. */
  public Map<TlsFailure, Long> handshakeFailures() {
    Map<TlsFailure, Long> counts = new EnumMap<>(TlsFailure.class);
    failures.forEach((failure, count) -> counts.put(failure, count.sum()));
    return Collections.unmodifiableMap(counts);
  }

  /** Whose implementation does the work: never AUTO. */
  public TlsProvider provider() {
    return material.provider();
  }

  /** Ends the watching and gives the certificates back; connections go on, new ones fail. */
  @Override
  public void close() {
    if (watcher != null) {
      watcher.shutdownNow();
    }
    ServerMaterial.Loaded old;
    lock.writeLock().lock();
    try {
      old = loaded;
      loaded = null;
    } finally {
      lock.writeLock().unlock();
    }
    if (old != null) {
      ReferenceCountUtil.release(old.context());
    }
  }

  /** Versions, provider, names and days to expiry, and who may connect. */
  @Override
  public String toString() {
    lock.readLock().lock();
    try {
      String spoken = TlsProtocols.title(material.protocols()) + " by "
          + material.provider().title();
      return loaded == null ? spoken + ", closed" : spoken + ", " + shown() + clients();
    } finally {
      lock.readLock().unlock();
    }
  }

  private String shown() {
    List<String> names =
        certificates().stream().flatMap(one -> one.names().stream()).distinct().toList();
    long days = timeToExpiry(Clock.systemUTC()).toDays();
    String expiry = days < 0 ? "EXPIRED" : "expires in " + days + (days == 1 ? " day" : " days");
    return "certificate for " + (names.isEmpty() ? "no name" : String.join(", ", names)) + ", "
        + expiry;
  }

  private String clients() {
    return switch (material.clientAuth()) {
      case NONE -> "";
      case OPTIONAL -> ", clients may show a certificate";
      case REQUIRED -> ", clients must show a certificate";
    };
  }
}
