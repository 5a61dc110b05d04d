package io.pipewright.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;

/** What the kernel says when it does not take a datagram, in types and in a few words to count by. */
final class SendErrors {

  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;

  /** The path MTU of a connected socket, as far as the kernel knows it (Linux, ip(7) and ipv6(7)). */
  private static final IntegerUnixChannelOption IP_MTU =
      new IntegerUnixChannelOption("IP_MTU", IPPROTO_IP, 14);

  private static final IntegerUnixChannelOption IPV6_MTU =
      new IntegerUnixChannelOption("IPV6_MTU", IPPROTO_IPV6, 24);

  /** Of Linux, negative as Netty has them. */
  private static final int EMSGSIZE = -90;

  private static final int EPERM = -1;
  private static final int EACCES = -13;
  private static final int EINVAL = -22;
  private static final int ENETUNREACH = -101;
  private static final int EHOSTUNREACH = -113;
  private static final int ECONNREFUSED = -111;
  private static final int ENOBUFS = -105;

  private SendErrors() {}

  /**
   * The error as callers are to see it.
   *
   * @param bytes the datagram's payload
   * @return {@link DatagramTooLongException} for what was too long, otherwise the cause
   */
  static Throwable typed(Channel channel, Throwable cause, int bytes) {
    return isTooLong(cause) ? new DatagramTooLongException(bytes, pathMtu(channel), cause) : cause;
  }

  private static boolean isTooLong(Throwable cause) {
    if (cause instanceof NativeIoException error && error.expectedErr() == EMSGSIZE) {
      return true;
    }
    // NIO has nothing but the system's words
    return cause instanceof IOException
        && String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains("message too long");
  }

  private static int pathMtu(Channel channel) {
    if (!(channel instanceof UnixChannel)
        || !(channel.remoteAddress() instanceof InetSocketAddress peer)) {
      return 0;
    }
    try {
      Integer mtu =
          channel.config().getOption(peer.getAddress() instanceof Inet4Address ? IP_MTU : IPV6_MTU);
      return mtu == null ? 0 : mtu;
    } catch (ChannelException e) {
      return 0; // not connected any more, or a system that does not tell
    }
  }

  /** One of a few words with hyphens. */
  static String reason(Throwable cause) {
    if (cause instanceof DatagramTooLongException) {
      return "message-too-long";
    }
    if (cause instanceof ClosedChannelException) {
      return "closed";
    }
    if (cause instanceof PortUnreachableException) {
      return "refused";
    }
    if (!(cause instanceof NativeIoException error)) {
      return "other";
    }
    return switch (error.expectedErr()) {
      case ENETUNREACH, EHOSTUNREACH -> "unreachable";
      case ECONNREFUSED -> "refused";
      case EPERM, EACCES -> "not-permitted";
      case EINVAL -> "invalid-address";
      case ENOBUFS -> "no-buffers";
      default -> "other";
    };
  }
}
