package io.pipewright.udp.guard;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.log.Addresses;
import io.pipewright.udp.DatagramCounts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Judges the datagrams of one socket as {@link ReflectionGuard} says; runs on its event loop alone. */
final class ReflectionHandler extends ChannelDuplexHandler {

  /** Behind a batch of so many more may be waiting, which are older than the replies to it. */
  private static final int LARGE_BATCH = 8;

  /** But not more than fit a socket's buffer. */
  private static final int LARGE_BACKLOG = 512;

  private static final Path PROC = Path.of("/proc/net");

  private final GuardShare share;
  private final LocalNetworks networks;
  private final LongSupplier nanos;
  private final Hash hash = new Hash();
  private final ReplyBudget budget;
  private Consumer<String> refused;
  private PortRules ports;
  private PingPong pingPong;
  private boolean tellsDestination;
  private boolean boundToGroup;
  private boolean inBatch;
  private int batchSize;
  private int backlog;
  private long batch = 1;
  private long now;

  ReflectionHandler(GuardShare share, Consumer<String> refused) {
    this.share = share;
    this.refused = refused;
    this.networks = share.networks();
    this.nanos = share.nanos();
    ReflectionGuard settings = share.settings();
    this.budget = settings.hasBudget() ? new ReplyBudget(settings, hash, share.total()) : null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (refused == null) {
      refused = DatagramCounts.of(ctx.channel())::dropped;
    }
    if (ctx.channel().isActive()) {
      bound(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    bound(ctx);
    ctx.fireChannelActive();
  }

  private void bound(ChannelHandlerContext ctx) {
    ReflectionGuard settings = share.settings();
    InetSocketAddress local =
        ctx.channel().localAddress() instanceof InetSocketAddress inet ? inet : null;
    int port = local == null ? 0 : local.getPort();
    ports = new PortRules(
        settings.refusedPorts(),
        !settings.answersPrivilegedPorts(),
        settings.answersOwnPort() ? 0 : port);
    if (settings.pingPongRounds() > 0) {
      pingPong = new PingPong(
          hash,
          settings.pingPongRounds(),
          settings.trackedNetworks(),
          networks,
          new LocalSockets(PROC, port));
    }
    if (!settings.answersMulticast() && local != null) {
      watchDestinations(ctx, local.getAddress());
    }
  }

  private void watchDestinations(ChannelHandlerContext ctx, InetAddress local) {
    if (!local.isAnyLocalAddress()) {
      boundToGroup = !networks.isUnicast(local, nanos.getAsLong());
    } else if (ctx.channel() instanceof EpollDatagramChannel channel) {
      channel.config().setOption(EpollChannelOption.IP_RECVORIGDSTADDR, true);
      tellsDestination = true;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket datagram) || datagram.sender() == null) {
      ctx.fireChannelRead(message);
      return;
    }
    if (!inBatch) {
      inBatch = true;
      now = nanos.getAsLong();
      batchSize = 0;
    }
    batchSize++;
    Refusal refusal = refusal(datagram);
    if (refusal == null) {
      ctx.fireChannelRead(message);
      return;
    }
    refused.accept(refusal.reason());
    share.log().info("{} is not answered: {}", Addresses.text(datagram.sender()), refusal.reason());
    datagram.release();
  }

  private Refusal refusal(DatagramPacket datagram) {
    InetAddress address = datagram.sender().getAddress();
    int port = datagram.sender().getPort();
    if (ports.refuses(port)) {
      return ports.why(port);
    }
    if (!networks.isUnicast(address, now)) {
      return Refusal.SOURCE_NOT_UNICAST;
    }
    if (boundToGroup || (tellsDestination && isGroup(datagram.recipient()))) {
      return Refusal.DESTINATION_NOT_UNICAST;
    }
    if (budget != null && !budget.isFree(address)) {
      Refusal refusal = budget.refusal(address, port, now);
      if (refusal != null) {
        return refusal;
      }
    }
    boolean withheld =
        pingPong != null && pingPong.withholds(address, port, datagram.content(), batch, now);
    return withheld ? Refusal.PING_PONG : null;
  }

  /** A datagram over IPv6 still tells the address that is bound: every one. */
  private boolean isGroup(InetSocketAddress recipient) {
    return recipient != null
        && !recipient.getAddress().isAnyLocalAddress()
        && !networks.isUnicast(recipient.getAddress(), now);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (inBatch) {
      backlog += batchSize;
      if (batchSize < LARGE_BATCH || backlog >= LARGE_BACKLOG) {
        batch++;
        backlog = 0;
      }
    }
    inBatch = false;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (budget != null
        && message instanceof DatagramPacket datagram
        && datagram.recipient() != null
        && datagram.recipient().getAddress() != null
        && !budget.isFree(datagram.recipient().getAddress())) {
      budget.charge(
          datagram.recipient().getAddress(),
          datagram.recipient().getPort(),
          datagram.content().readableBytes(),
          inBatch ? now : nanos.getAsLong());
    }
    ctx.write(message, promise);
  }
}
