package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.internal.PlatformDependent;

/**
 * The kernel's buffers of one socket, as they were asked for and as they were granted. The kernel grants less than is asked for
 * without a word: on Linux at most {@code net.core.rmem_max} and {@code net.core.wmem_max}.
 *
 * @param receiveAsked bytes; 0 for the system's default
 * @param receiveGranted bytes
 * @param sendAsked bytes; 0 for the system's default
 * @param sendGranted bytes
 */
public record SocketBuffers(int receiveAsked, int receiveGranted, int sendAsked, int sendGranted) {

  static SocketBuffers of(Channel channel, int receiveAsked, int sendAsked) {
    return new SocketBuffers(
        receiveAsked,
        granted(channel, ChannelOption.SO_RCVBUF),
        sendAsked,
        granted(channel, ChannelOption.SO_SNDBUF));
  }

  /** Linux doubles what it grants, for its own bookkeeping, and tells the double; the JDK takes that back. */
  private static int granted(Channel channel, ChannelOption<Integer> option) {
    Integer told = channel.config().getOption(option);
    boolean doubled =
        channel instanceof UnixChannel && "linux".equals(PlatformDependent.normalizedOs());
    return told == null ? 0 : doubled ? told / 2 : told;
  }

  /** Whether less was granted than asked for. */
  public boolean isLessThanAsked() {
    return receiveGranted < receiveAsked || sendGranted < sendAsked;
  }

  /** One line: {@code receive buffer 212992 bytes of 4194304 asked for (net.core.rmem_max limits it), send buffer 212992 bytes}. */
  public String describe() {
    return part("receive", receiveAsked, receiveGranted, "net.core.rmem_max")
        + ", "
        + part("send", sendAsked, sendGranted, "net.core.wmem_max");
  }

  private static String part(String name, int asked, int granted, String limit) {
    return granted < asked
        ? "%s buffer %d bytes of %d asked for (%s limits it)".formatted(name, granted, asked, limit)
        : "%s buffer %d bytes".formatted(name, granted);
  }
}
