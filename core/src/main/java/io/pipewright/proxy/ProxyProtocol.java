package io.pipewright.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.pipewright.address.CidrSet;
import io.pipewright.log.Addresses;
import io.pipewright.log.BoundedLog;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.LoggerFactory;

/**
 * Reads who the client is from the header that a trusted proxy sends first. Thread-safe; several servers may share one, and its
 * counts.
 *
 * <pre>{@code
 * ProxyProtocol proxy = ProxyProtocol.builder()
 *     .mode(ProxyProtocol.Mode.REQUIRED)
 *     .trust(CidrSet.parse("10.0.0.0/24"))
 *     .build();
 * RunningServer server = TcpServer.builder().proxyProtocol(proxy).pipeline(pipeline).start();
 * }</pre>
 *
 * <p>From {@code channelActive} on, which handlers hear only once the header is read, {@code channel.remoteAddress()} is the
 * client's for every handler, and {@link ProxyHeader#of} has the rest. A channel of a Unix-domain socket keeps its own address;
 * there {@link ProxyHeader#source} alone is the client's.
 *
 * <p><b>Trust.</b> Whoever is trusted can claim any address, and so only the proxies must be. A header of anybody else is data of
 * the protocol above ({@link Mode#OPTIONAL}) or ends the connection unread ({@link Mode#REQUIRED}).
 */
public final class ProxyProtocol {

  /** What becomes of a connection without a header. */
  public enum Mode {
    /**
     * It is served with its own address. What can begin no header is passed on at the first byte that differs; a trusted peer
     * that stays silent, or stops within the first bytes of a header, is waited for until the timeout.
     */
    OPTIONAL,
    /** It is closed, and so is one of a peer that is not trusted. */
    REQUIRED
  }

  private static final int LINES_PER_SECOND = 1;

  private final Mode mode;
  private final CidrSet trusted;
  private final boolean trustsUnix;
  private final Duration headerTimeout;
  private final int maxTlvBytes;
  private final LongAdder headers = new LongAdder();
  private final Map<ProxyRefusal, LongAdder> refused = new EnumMap<>(ProxyRefusal.class);
  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(ProxyProtocol.class), LINES_PER_SECOND);

  ProxyProtocol(
      Mode mode, CidrSet trusted, boolean trustsUnix, Duration headerTimeout, int maxTlvBytes) {
    this.mode = mode;
    this.trusted = trusted;
    this.trustsUnix = trustsUnix;
    this.headerTimeout = headerTimeout;
    this.maxTlvBytes = maxTlvBytes;
    for (ProxyRefusal refusal : ProxyRefusal.values()) {
      refused.put(refusal, new LongAdder());
    }
  }

  /** A builder that lacks whom to trust. */
  public static ProxyProtocolBuilder builder() {
    return new ProxyProtocolBuilder();
  }

  /**
   * The other direction: what a client writes first, with the addresses of its own socket.
   *
   * @param version 1 or 2
   * @throws io.pipewright.ConfigurationException for any other
   */
  public static ProxyWriting writing(int version) {
    return ProxyWriting.version(version);
  }

  /** What becomes of a connection without a header. */
  public Mode mode() {
    return mode;
  }

  /**
   * Whether a connection's peer may say for whom it speaks. One that has gone before its address was known may not.
   *
   * @param connection one whose header has not been read
   */
  public boolean trusts(Channel connection) {
    SocketAddress peer = connection.remoteAddress();
    boolean unix = !(peer instanceof InetSocketAddress)
        && !(connection.localAddress() instanceof InetSocketAddress);
    return unix ? trustsUnix : trusted.contains(peer);
  }

  /** How many headers were read. */
  public long headers() {
    return headers.sum();
  }

  /** How many connections were closed for each reason: a copy, with every reason in it. */
  public Map<ProxyRefusal, Long> refused() {
    Map<ProxyRefusal, Long> counts = new EnumMap<>(ProxyRefusal.class);
    refused.forEach((refusal, count) -> counts.put(refusal, count.sum()));
    return Collections.unmodifiableMap(counts);
  }

  /**
   * A handler for one accepted connection, to be added before the connection is active and in front of all that cares for bytes
   * or for addresses. It removes itself when the header is read.
   */
  public ChannelHandler newHandler() {
    return new ProxyHandler(this);
  }

  Duration headerTimeout() {
    return headerTimeout;
  }

  int maxTlvBytes() {
    return maxTlvBytes;
  }

  void countHeader() {
    headers.increment();
  }

  void refuse(SocketAddress peer, ProxyRefusal refusal, String why) {
    refused.get(refusal).increment();
    log.info("closed {}: {}", Addresses.text(peer), why);
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "PROXY header %s from %s%s"
        .formatted(
            mode.toString().toLowerCase(Locale.ROOT),
            trusted.isEmpty() ? "" : trusted,
            trustsUnix ? (trusted.isEmpty() ? "" : ", ") + "unix" : "");
  }
}
