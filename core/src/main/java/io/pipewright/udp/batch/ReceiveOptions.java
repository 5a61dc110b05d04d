package io.pipewright.udp.batch;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;

/** The options of an epoll channel that receives in batches. They belong together, and so are set in one place. */
final class ReceiveOptions {

  private ReceiveOptions() {}

  /** Takes an option and its value. */
  interface Target {
    <T> void option(ChannelOption<T> option, T value);
  }

  /**
   * Sets them.
   *
   * @param slots datagrams a read; Netty uses recvmmsg from 2 on
   * @param gro whether the kernel may deliver a burst of one peer as one packet
   */
  static void set(Target target, ReceiveBuffers buffers, int slots, boolean gro) {
    if (slots > 1) {
      target.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, buffers.slotBytes());
    }
    if (gro) {
      target.option(EpollChannelOption.UDP_GRO, true);
      // Netty 4.2 has recvmmsg tell where a burst is to be cut only if it asks for addresses, too
      target.option(EpollChannelOption.IP_RECVORIGDSTADDR, slots > 1);
    }
  }
}
