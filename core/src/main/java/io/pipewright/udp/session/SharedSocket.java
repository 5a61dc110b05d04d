package io.pipewright.udp.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramPacket;

/** What a session needs of the socket that it shares with others. All but {@link #awaitWritability} on the event loop alone. */
interface SharedSocket {

  Channel channel();

  SessionPolicy policy();

  SessionCounts counts();

  InboundQueue.QueuedBytes queuedBytes();

  /** Writes; the caller flushes. */
  ChannelFuture send(DatagramPacket datagram);

  /** Flushes at the end of the batch, or as soon as the event loop has done what it is at. */
  void flushSoon();

  void flushNow();

  /** To be resumed when there is room. */
  void awaitRoom(SessionChannel session);

  /** To be resumed when the socket is writable; from any thread. */
  void awaitWritability(SessionChannel session);

  /** It takes no more datagrams; once more has no effect. */
  void closed(SessionChannel session);
}
