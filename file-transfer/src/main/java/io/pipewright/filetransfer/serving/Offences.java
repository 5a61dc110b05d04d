package io.pipewright.filetransfer.serving;

import io.netty.channel.Channel;
import io.pipewright.ProtocolException;

/** What peers did wrong that were told so. */
final class Offences {

  private Offences() {}

  /**
   * Has an offence counted and logged by the server's last handler, as those are that nobody answers. That handler closes the
   * connection at once, and with it perhaps the answer under way: so when the connection has closed.
   */
  static void report(Channel channel, ProtocolException offence) {
    channel.closeFuture().addListener(closed -> channel.pipeline().fireExceptionCaught(offence));
  }
}
