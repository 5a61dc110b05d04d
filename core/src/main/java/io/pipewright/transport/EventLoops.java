package io.pipewright.transport;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.pipewright.ConfigurationException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The threads that serve channels, with the one fact that decides who ends them: whether they were
 * created here or lent.
 *
 * <p>Several servers and clients may share one {@code EventLoops}. Whoever called {@link #create}
 * closes it, after them; what came in by {@link #borrow} stays its owner's, and {@link #close}
 * leaves it alone.
 */
public final class EventLoops implements AutoCloseable {

  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final IoEventLoopGroup group;
  private final TransportChoice choice;
  private final int count;
  private final boolean owned;

  private EventLoops(IoEventLoopGroup group, TransportChoice choice, int count, boolean owned) {
    this.group = group;
    this.choice = choice;
    this.count = count;
    this.owned = owned;
  }

  /**
   * Creates event loops of its own. Their threads start with their first channel and are not
   * daemons: they keep the JVM up until {@link #close}.
   *
   * @param transport a transport, or {@link Transport#AUTO}
   * @param workload what AUTO chooses for
   * @param loops how many threads; 0 for one a processor
   * @return the event loops, to be closed by the caller
   * @throws io.pipewright.TransportUnavailableException if the transport was named and is missing
   * @throws ConfigurationException if {@code loops} is negative
   */
  public static EventLoops create(Transport transport, Workload workload, int loops) {
    if (loops < 0) {
      throw new ConfigurationException(
          "loops", loops, "must be 0 (one a processor) or more, not " + loops);
    }
    TransportChoice choice = transport.choose(workload);
    int count = loops == 0 ? Runtime.getRuntime().availableProcessors() : loops;
    var threads = new DefaultThreadFactory("pipewright-" + choice.transport());
    var group =
        new MultiThreadIoEventLoopGroup(count, threads, choice.transport().newIoHandlers());
    return new EventLoops(group, choice, count, true);
  }

  /**
   * Wraps event loops that somebody else made and will end.
   *
   * @param group a group of one of the transports that Pipewright knows
   * @return the event loops; closing them does nothing
   * @throws ConfigurationException if the group is of an unknown kind
   */
  public static EventLoops borrow(IoEventLoopGroup group) {
    Objects.requireNonNull(group, "group");
    int count = 0;
    for (var ignored : group) {
      count++;
    }
    return new EventLoops(
        group,
        new TransportChoice(kindOf(group), List.of("the event loops were lent")),
        count,
        false);
  }

  private static Transport kindOf(IoEventLoopGroup group) {
    if (group.isIoType(NioIoHandler.class)) {
      return Transport.NIO;
    }
    if (group.isIoType(EpollIoHandler.class) || group.isIoType(EpollHandlers.Handler.class)) {
      return Transport.EPOLL;
    }
    if (group.isIoType(IoUringIoHandler.class)) {
      return Transport.IO_URING;
    }
    if (group.isIoType(KQueueIoHandler.class)) {
      return Transport.KQUEUE;
    }
    throw new ConfigurationException(
        "eventLoops",
        group,
        "a group of " + group.getClass().getName() + " is of no known transport");
  }

  /** The transport in use, never {@link Transport#AUTO}. */
  public Transport transport() {
    return choice.transport();
  }

  /** The transport in use and why it was taken. */
  public TransportChoice choice() {
    return choice;
  }

  /** How many event loops there are. */
  public int count() {
    return count;
  }

  /** Netty's group, for a plain {@code Bootstrap}. */
  public IoEventLoopGroup group() {
    return group;
  }

  /** The class of listening TCP channel that these loops can run. */
  public Class<? extends ServerChannel> serverSocketChannel() {
    return switch (transport()) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case KQUEUE -> KQueueServerSocketChannel.class;
      case NIO, AUTO -> NioServerSocketChannel.class;
    };
  }

  /** The class of connected TCP channel that these loops can run. */
  public Class<? extends SocketChannel> socketChannel() {
    return switch (transport()) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case KQUEUE -> KQueueSocketChannel.class;
      case NIO, AUTO -> NioSocketChannel.class;
    };
  }

  /** The class of listening Unix domain socket channel that these loops can run. */
  public Class<? extends ServerChannel> serverDomainSocketChannel() {
    return switch (transport()) {
      case IO_URING -> IoUringServerDomainSocketChannel.class;
      case EPOLL -> EpollServerDomainSocketChannel.class;
      case KQUEUE -> KQueueServerDomainSocketChannel.class;
      case NIO, AUTO -> NioServerDomainSocketChannel.class;
    };
  }

  /** The class of connected Unix domain socket channel that these loops can run. */
  public Class<? extends DuplexChannel> domainSocketChannel() {
    return switch (transport()) {
      case IO_URING -> IoUringDomainSocketChannel.class;
      case EPOLL -> EpollDomainSocketChannel.class;
      case KQUEUE -> KQueueDomainSocketChannel.class;
      case NIO, AUTO -> NioDomainSocketChannel.class;
    };
  }

  /**
   * A Unix domain socket's address as the channels of these loops want it.
   *
   * @param path the socket's file
   * @return for {@code bind} or {@code connect}
   */
  public SocketAddress domainSocketAddress(Path path) {
    return transport() == Transport.NIO
        ? UnixDomainSocketAddress.of(path)
        : new DomainSocketAddress(path.toString());
  }

  /** The option {@code SO_REUSEPORT} as the channels of these loops want it. */
  public ChannelOption<Boolean> reusePortOption() {
    return transport() == Transport.NIO
        ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
        : UnixChannelOption.SO_REUSEPORT;
  }

  /**
   * A new datagram channel for these loops. On NIO whoever needs the JDK's channel beneath makes it by hand.
   *
   * @param family of the socket; {@code null} for the one that the system prefers, mostly IPv6 that speaks IPv4 too
   */
  public DatagramChannel newDatagramChannel(SocketProtocolFamily family) {
    return switch (transport()) {
      case IO_URING -> new IoUringDatagramChannel(family);
      case EPOLL -> new EpollDatagramChannel(family);
      case KQUEUE -> new KQueueDatagramChannel(family);
      case NIO, AUTO -> new NioDatagramChannel(family);
    };
  }

  /**
   * Whether the calling thread must not wait for these loops: it is one of them, or Netty's {@link GlobalEventExecutor}, which
   * brings the news that they have ended.
   */
  public boolean inEventLoop() {
    if (GlobalEventExecutor.INSTANCE.inEventLoop()) {
      return true;
    }
    for (var loop : group) {
      if (loop.inEventLoop()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Begins to end the loops that were created here; channels that are still open are closed. Does
   * nothing to lent ones.
   *
   * @return done when the threads have ended, after 5 s at the latest; for lent loops done at once
   */
  public Future<?> closeAsync() {
    if (!owned) {
      return group.next().newSucceededFuture(null);
    }
    // no quiet period: whoever closes the loops has closed what ran on them
    return group.shutdownGracefully(0, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** As {@link #closeAsync()}, and waits, unless called on one of the loops themselves. */
  @Override
  public void close() {
    Future<?> closed = closeAsync();
    if (!inEventLoop()) {
      closed.awaitUninterruptibly(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }
}
