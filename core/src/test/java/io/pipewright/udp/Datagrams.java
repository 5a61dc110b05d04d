package io.pipewright.udp;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pipewright.pipeline.Pipeline;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;

/** A plain socket at the other end, and what tests send. */
final class Datagrams implements AutoCloseable {

  /** Answers each datagram with its bytes, once a batch. */
  @Sharable
  static final class Echo
      extends SimpleChannelInboundHandler<io.netty.channel.socket.DatagramPacket> {
    @Override
    protected void channelRead0(
        ChannelHandlerContext ctx, io.netty.channel.socket.DatagramPacket datagram) {
      ctx.write(
          new io.netty.channel.socket.DatagramPacket(
              datagram.content().retain(), datagram.sender()),
          ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  static final Pipeline ECHO = Pipeline.builder().handler("echo", new Echo()).build();

  private final DatagramSocket socket;
  private final int port;

  Datagrams(int port) throws IOException {
    this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    this.port = port;
    socket.setSoTimeout(5_000);
    socket.setReceiveBufferSize(1 << 20);
  }

  static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  int localPort() {
    return socket.getLocalPort();
  }

  void send(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
  }

  byte[] receive() throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Override
  public void close() {
    socket.close();
  }
}
