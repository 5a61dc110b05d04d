package io.pipewright.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;

/** In a connection's own pipeline, where its client's address is known when it becomes active: judges by that address. */
@ChannelHandler.Sharable
final class AddressHandler extends ChannelInboundHandlerAdapter {

  private final Admission admission;
  private final Function<Channel, Optional<InetAddress>> client;

  AddressHandler(Admission admission, Function<Channel, Optional<InetAddress>> client) {
    this.admission = admission;
    this.client = client;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    Place place = channel.hasAttr(Place.TO_BE_JUDGED)
        ? channel.attr(Place.TO_BE_JUDGED).getAndSet(null)
        : null;
    Refusal refusal = place == null
        ? null
        : client.apply(channel).map(one -> judge(one, place)).orElse(null);
    if (refusal == null) {
      ctx.fireChannelActive();
      ctx.pipeline().remove(this);
    } else {
      admission.refuser().refuse(channel, refusal);
    }
  }

  private Refusal judge(InetAddress address, Place place) {
    AdmissionPolicy policy = admission.policy();
    Refusal refusal = Admission.judge(address, policy);
    return refusal != null ? refusal : place.take(address, policy);
  }

  // it stays in the pipeline of a refused connection, and no handler behind it hears more of that

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {}

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {}

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (ctx.channel().isOpen()) {
      ctx.fireUserEventTriggered(event);
    }
  }
}
