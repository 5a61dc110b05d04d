package io.pipewright.kernel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/**
 * The kernel's own facts about one TCP connection: Linux's {@code struct tcp_info} (linux/tcp.h), read by {@code
 * getsockopt(TCP_INFO)}. Available on io_uring and epoll; NIO has no way to ask.
 *
 * @param state where the connection is in its life
 * @param roundTrip the smoothed round-trip time
 * @param roundTripVariation how much it varies
 * @param retransmits segments that were sent again, over the connection's life
 * @param unackedSegments segments that are sent and not acknowledged
 * @param notSentBytes bytes that the kernel holds and has not sent yet
 * @param bytesAcked bytes that the peer has acknowledged; Linux counts the SYN of a client as one
 * @param bytesReceived bytes that came from the peer, in order
 * @param congestionWindow how many segments may be under way
 * @param sinceDataSent since the last segment with data left, a repeated one too
 * @param sinceAckReceived since the last acknowledgement of anything, old or new, came
 */
public record TcpInfo(
    TcpState state,
    Duration roundTrip,
    Duration roundTripVariation,
    long retransmits,
    long unackedSegments,
    long notSentBytes,
    long bytesAcked,
    long bytesReceived,
    long congestionWindow,
    Duration sinceDataSent,
    Duration sinceAckReceived) {

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;

  /** Up to {@code tcpi_notsent_bytes}, which Linux has told since 4.6. */
  private static final int LENGTH = 148;

  private static final RawUnixChannelOption OPTION =
      new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, LENGTH);

  private static final boolean LINUX = "linux".equals(PlatformDependent.normalizedOs());

  /**
   * Asks the kernel: one system call, from any thread.
   *
   * @param channel a TCP channel
   * @return empty if this transport or this system cannot tell, or the channel is closed
   */
  public static Optional<TcpInfo> of(Channel channel) {
    if (!isToldOf(channel)) {
      return Optional.empty();
    }
    try {
      ByteBuffer facts = channel.config().getOption(OPTION);
      return facts == null ? Optional.empty() : Optional.of(parse(facts));
    } catch (ChannelException e) {
      return Optional.empty(); // closed meanwhile
    }
  }

  /** Whether the kernel can be asked about such a channel: it is one of TCP, on io_uring or epoll, on Linux. */
  public static boolean isToldOf(Channel channel) {
    return LINUX && channel instanceof UnixChannel && channel instanceof SocketChannel;
  }

  /** The offsets are those of {@code struct tcp_info}, which only ever grows at its end. */
  static TcpInfo parse(ByteBuffer facts) {
    ByteBuffer in = facts.duplicate().clear().order(ByteOrder.nativeOrder());
    return new TcpInfo(
        TcpState.ofLinux(in.get(0)),
        Duration.ofNanos(1_000 * unsigned(in, 68)),
        Duration.ofNanos(1_000 * unsigned(in, 72)),
        unsigned(in, 100),
        unsigned(in, 24),
        unsigned(in, 144),
        in.getLong(120),
        in.getLong(128),
        unsigned(in, 80),
        Duration.ofMillis(unsigned(in, 44)),
        Duration.ofMillis(unsigned(in, 56)));
  }

  private static long unsigned(ByteBuffer in, int at) {
    return Integer.toUnsignedLong(in.getInt(at));
  }

  /** Whether anything that was given to the kernel has not arrived at the peer's. */
  public boolean isUnacked() {
    return unackedSegments > 0 || notSentBytes > 0;
  }

  /**
   * Since the peer last took something of what is owed to it. A peer that does not read goes on acknowledging what it is asked,
   * but no data is sent; to one that is gone data is sent again, but no acknowledgement comes. So it is the longer of the two.
   * Means something only while something {@linkplain #isUnacked() is unacknowledged}.
   */
  public Duration sinceProgress() {
    boolean held = notSentBytes > 0;
    return held && sinceDataSent.compareTo(sinceAckReceived) > 0 ? sinceDataSent : sinceAckReceived;
  }
}
