package io.pipewright.udpecho.session;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;

/**
 * Counts, for each session, what comes and what goes: it stands before whatever may drop a datagram or refuse an answer. Changes
 * nothing, and costs a look at one field where nobody measures.
 */
@Sharable
public final class SessionCounter extends ChannelDuplexHandler {

  private final SessionTable sessions;

  /**
   * @param sessions for whom
   */
  public SessionCounter(SessionTable sessions) {
    this.sessions = sessions;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof DatagramPacket datagram) {
      Session session = sessions.of(datagram.sender());
      if (session != null && !SessionMessage.isOne(datagram.content())) {
        session.received(datagram.content());
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof DatagramPacket datagram && datagram.recipient() != null) {
      Session session = sessions.of(datagram.recipient());
      if (session != null && !SessionMessage.isOne(datagram.content())) {
        session.answered();
      }
    }
    ctx.write(message, promise);
  }
}
