package io.pipewright.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;

/** Before a listener's acceptor: judges each child before it is registered. */
@ChannelHandler.Sharable
final class AdmissionHandler extends ChannelInboundHandlerAdapter {

  private final Admission admission;
  private final Predicate<Channel> speaksForOthers;

  AdmissionHandler(Admission admission, Predicate<Channel> speaksForOthers) {
    this.admission = admission;
    this.speaksForOthers = speaksForOthers;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel child = (Channel) accepted;
    Place place = new Place(admission);
    Refusal refusal = judge(child, place);
    if (refusal != null) {
      admission.refuser().refuseUnregistered(child, refusal);
      return;
    }
    child.closeFuture().addListener(place);
    ctx.fireChannelRead(child);
    if (!child.isOpen()) {
      // Netty closes a child that it cannot register without telling its close future
      place.giveBack();
    }
  }

  private Refusal judge(Channel child, Place place) {
    SocketAddress peer = child.remoteAddress();
    boolean judgedLater = speaksForOthers.test(child);
    boolean hasAddress = !judgedLater && hasAddress(child, peer);
    InetAddress address =
        hasAddress && peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    AdmissionPolicy policy = admission.policy();
    Refusal refusal = hasAddress ? Admission.judge(address, policy) : null;
    if (refusal == null) {
      refusal = admission.takeOne();
    }
    if (refusal != null) {
      return refusal;
    }
    if (address != null) {
      refusal = place.take(address, policy);
    }
    if (refusal == null) {
      refusal = admission.takeToken();
    }
    if (refusal != null) {
      place.giveBack();
    } else if (judgedLater) {
      child.attr(Place.TO_BE_JUDGED).set(place);
    }
    return refusal;
  }

  /** A peer without an address is one of a Unix-domain socket, or has gone already: the listener tells which. */
  private static boolean hasAddress(Channel child, SocketAddress peer) {
    return peer instanceof InetSocketAddress
        || (peer == null
            && child.parent() != null
            && child.parent().localAddress() instanceof InetSocketAddress);
  }
}
