package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.PlatformDependent;
import io.pipewright.ConfigurationException;
import io.pipewright.address.HostPort;
import io.pipewright.socket.SocketErrors;
import io.pipewright.transport.EventLoops;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Binds the sockets that share a server's port by {@code SO_REUSEPORT}, each on an event loop of its own. Linux sends all
 * datagrams of one peer to the same socket, by a hash of both addresses and ports (socket(7)), and so their order holds.
 */
final class ShardBinding {

  private final EventLoops loops;
  private final Bootstrap bootstrap;
  private final HostPort asked;

  ShardBinding(EventLoops loops, Bootstrap bootstrap, HostPort asked) {
    this.loops = loops;
    this.bootstrap = bootstrap;
    this.asked = asked;
  }

  /**
   * Refuses what cannot work.
   *
   * @throws ConfigurationException if sockets cannot share a port's datagrams here, or there are fewer loops
   */
  static void check(EventLoops loops, int shards) {
    if (shards == 1) {
      return;
    }
    if (!"linux".equals(PlatformDependent.normalizedOs())) {
      throw new ConfigurationException(
          "shards", shards, "only Linux spreads datagrams over sockets of one port (SO_REUSEPORT)");
    }
    if (loops.count() < shards) {
      throw new ConfigurationException(
          "shards", shards, "needs an event loop each, and %d were given".formatted(loops.count()));
    }
  }

  /**
   * Binds them all, or none.
   *
   * @throws io.pipewright.BindFailedException if one cannot be bound
   */
  List<Channel> bind(InetSocketAddress address, int shards) {
    if (shards > 1) {
      bootstrap.option(loops.reusePortOption(), true);
    }
    List<Channel> bound = new ArrayList<>();
    Iterator<EventExecutor> each = loops.group().iterator();
    InetSocketAddress next = address;
    try {
      while (bound.size() < shards) {
        Channel channel = bind(next, (IoEventLoop) each.next());
        bound.add(channel);
        next = (InetSocketAddress) channel.localAddress(); // the others take the port that it got
      }
      return bound;
    } catch (RuntimeException e) {
      bound.forEach(Channel::close);
      throw e;
    }
  }

  private Channel bind(InetSocketAddress address, IoEventLoop loop) {
    ChannelFuture future = bootstrap.clone(loop).bind(address).awaitUninterruptibly();
    if (future.isSuccess()) {
      return future.channel();
    }
    if (future.cause() instanceof ConfigurationException refused) {
      throw refused;
    }
    throw SocketErrors.bindFailed(asked, future.cause());
  }
}
