package io.pipewright.capture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.capture.Packet.Datagram;
import java.net.SocketAddress;

/** Records datagrams, each of which is judged by its own peer. */
final class DatagramRecorder implements Recorder {

  private final Capture capture;
  private final Channel channel;

  DatagramRecorder(Capture capture, Channel channel) {
    this.capture = capture;
    this.channel = channel;
  }

  @Override
  public void read(Object message) {
    if (message instanceof DatagramPacket packet) {
      SocketAddress own = packet.recipient() == null ? channel.localAddress() : packet.recipient();
      record(packet.sender(), own, packet.content(), true);
    }
  }

  @Override
  public void written(Object message) {
    if (message instanceof DatagramPacket packet) {
      SocketAddress own = packet.sender() == null ? channel.localAddress() : packet.sender();
      record(packet.recipient(), own, packet.content(), false);
    } else if (message instanceof ByteBuf bytes && channel.remoteAddress() != null) {
      record(channel.remoteAddress(), channel.localAddress(), bytes, false);
    }
  }

  private void record(SocketAddress peer, SocketAddress own, ByteBuf bytes, boolean inbound) {
    int kept = Math.min(bytes.readableBytes(), capture.maxPayload());
    if (!capture.chooses(peer) || !capture.recording().reserve(kept)) {
      return;
    }
    Ends ends = Ends.ofPeer(peer, own);
    capture
        .recording()
        .add(new Datagram(
            capture.micros(),
            inbound ? ends : ends.reversed(),
            Recorder.copy(bytes, 0, kept),
            bytes.readableBytes()));
  }
}
