package io.pipewright.udp.batch;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Datagrams to one peer that go to the kernel as one, and the promise of that: when it is kept or broken, so are the promises of
 * the datagrams.
 */
final class Burst extends DefaultChannelPromise {

  private final ChannelHandlerContext ctx;
  private final SegmentJoiner joiner;
  private final InetSocketAddress recipient;
  private final int segmentBytes;
  private final ByteBuf content;
  private final List<ChannelPromise> promises;

  /**
   * @param content the datagrams one after the other, each of {@code segmentBytes} but the last, which may be shorter; released
   *     when the promise is done
   * @param promises one a datagram
   */
  Burst(
      ChannelHandlerContext ctx,
      SegmentJoiner joiner,
      InetSocketAddress recipient,
      int segmentBytes,
      ByteBuf content,
      List<ChannelPromise> promises) {
    super(ctx.channel());
    this.ctx = ctx;
    this.joiner = joiner;
    this.recipient = recipient;
    this.segmentBytes = segmentBytes;
    this.content = content;
    this.promises = promises;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  int datagrams() {
    return promises.size();
  }

  /** What the transport is to send. It releases this once. */
  DatagramPacket joined() {
    return new SegmentedDatagramPacket(content.retainedDuplicate(), segmentBytes, recipient);
  }

  /** The datagrams one by one, for {@link #promise(int)}; each is released by whoever sends it. */
  List<DatagramPacket> apart() {
    List<DatagramPacket> datagrams = new ArrayList<>(promises.size());
    ByteBuf rest = content.duplicate();
    while (rest.isReadable()) {
      ByteBuf next = rest.readRetainedSlice(Math.min(segmentBytes, rest.readableBytes()));
      datagrams.add(new DatagramPacket(next, recipient));
    }
    return datagrams;
  }

  ChannelPromise promise(int datagram) {
    return promises.get(datagram);
  }

  void release() {
    content.release();
  }

  @Override
  public boolean trySuccess(Void result) {
    for (ChannelPromise promise : promises) {
      promise.trySuccess();
    }
    content.release();
    return super.trySuccess(null);
  }

  @Override
  public boolean tryFailure(Throwable cause) {
    super.tryFailure(cause); // nobody is told by that: the joiner decides what it means
    joiner.failed(ctx, this, cause);
    return true;
  }

  void fail(Throwable cause) {
    for (ChannelPromise promise : promises) {
      promise.tryFailure(cause);
    }
    content.release();
  }
}
