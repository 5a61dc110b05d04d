package io.pipewright.udp.batch;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.slf4j.Logger;

/**
 * Generic segmentation offload on the way out (Linux's {@code UDP_SEGMENT}, udp(7)): datagrams of one size to one peer that are
 * written one after the other before a flush go through the kernel as one packet, which is cut into them as late as can be. A
 * last one that is shorter may end the burst, as the kernel allows. Order and boundaries stay as they were written.
 *
 * <pre>
 *   write A100, A100, A100, A40, B100, flush  ──►  [A100 A100 A100 A40], B100
 * </pre>
 *
 * <p>The kernel may refuse a burst that it would have taken before: the route has changed, or the device. Then nothing of it has
 * been sent, and the datagrams go out one by one, possibly behind what was written after them; and from then on this channel
 * joins only shorter ones (the path takes no segment of that size), or none any more. Nothing is lost by a refusal.
 *
 * <p>Confined to the channel's event loop.
 */
public final class SegmentJoiner {

  /** Linux's {@code UDP_MAX_SEGMENTS} up to 6.8; later ones take 128. */
  private static final int MOST_SEGMENTS = 64;

  /** What fits into IPv4 over Ethernet in one piece: segments are never fragmented. */
  private static final int LARGEST_SEGMENT_BYTES = 1_472;

  /** The payload of all segments together is bounded as one datagram's is. */
  private static final int LARGEST_BURST_BYTES = 65_507;

  private static final int EMSGSIZE = -90;
  private static final int EIO = -5;
  private static final int EINVAL = -22;
  private static final int EOPNOTSUPP = -95;

  private final Logger log;
  private final LongConsumer resent;
  private final SendBuffer memory = new SendBuffer();
  private int maxSegmentBytes = LARGEST_SEGMENT_BYTES;

  private DatagramPacket first;
  private ChannelPromise firstPromise;
  private ByteBuf burst;
  private int segmentBytes;
  private List<ChannelPromise> promises;

  /**
   * @param log is told once when the kernel refuses a burst, and what follows from it
   * @param resent is told how many datagrams went out one by one after a refusal
   */
  public SegmentJoiner(Logger log, LongConsumer resent) {
    this.log = log;
    this.resent = resent;
  }

  /**
   * Writes a datagram, or keeps it until the next write or flush shows whether it goes with others.
   *
   * @param datagram released here, or by the transport
   * @param promise done when the datagram is sent, or is not
   */
  public void write(ChannelHandlerContext ctx, DatagramPacket datagram, ChannelPromise promise) {
    int bytes = datagram.content().readableBytes();
    if (first != null && goesOn(datagram.recipient(), bytes)) {
      append(ctx, datagram, bytes, promise);
      return;
    }
    writePending(ctx);
    if (bytes == 0 || bytes > maxSegmentBytes || datagram.recipient() == null) {
      ctx.write(datagram, promise);
    } else {
      first = datagram;
      firstPromise = promise;
      segmentBytes = bytes;
    }
  }

  /** Hands over to the transport what was kept, as a flush or a close demands. */
  public void writePending(ChannelHandlerContext ctx) {
    if (first == null) {
      return;
    }
    DatagramPacket single = first;
    ChannelPromise promise = firstPromise;
    first = null;
    firstPromise = null;
    if (burst == null) {
      ctx.write(single, promise);
      return;
    }
    memory.keep(burst.readableBytes());
    Burst whole = new Burst(ctx, this, single.recipient(), segmentBytes, burst, promises);
    burst = null;
    promises = null;
    ctx.write(whole.joined(), whole);
  }

  /** Lets go of the memory, when the channel is closed and nothing is pending. */
  public void close() {
    memory.release();
  }

  private boolean goesOn(InetSocketAddress recipient, int bytes) {
    int joined = burst == null ? segmentBytes : burst.readableBytes();
    int datagrams = burst == null ? 1 : promises.size();
    return bytes > 0
        && bytes <= segmentBytes
        && datagrams < MOST_SEGMENTS
        && joined + bytes <= LARGEST_BURST_BYTES
        && first.recipient().equals(recipient);
  }

  private void append(
      ChannelHandlerContext ctx, DatagramPacket datagram, int bytes, ChannelPromise promise) {
    if (burst == null) {
      burst = memory.take(ctx.alloc(), Math.min(MOST_SEGMENTS * segmentBytes, LARGEST_BURST_BYTES));
      promises = new ArrayList<>();
      add(first, firstPromise);
    }
    add(datagram, promise);
    if (bytes < segmentBytes) {
      writePending(ctx); // the kernel takes a shorter one as the last only
    }
  }

  private void add(DatagramPacket datagram, ChannelPromise promise) {
    if (promise.setUncancellable()) {
      burst.writeBytes(datagram.content());
      promises.add(promise);
    }
    datagram.release();
  }

  /** A burst was not sent. */
  void failed(ChannelHandlerContext ctx, Burst burst, Throwable cause) {
    if (!(cause instanceof IOException) || !ctx.channel().isOpen()) {
      burst.fail(cause);
      return;
    }
    learnFrom(cause, burst.segmentBytes());
    resent.accept(burst.datagrams());
    List<DatagramPacket> datagrams = burst.apart();
    for (int i = 0; i < datagrams.size(); i++) {
      ctx.write(datagrams.get(i), burst.promise(i));
    }
    burst.release();
    ctx.flush();
  }

  /** What else can go wrong concerns the peer or the moment, and says nothing of bursts. */
  private void learnFrom(Throwable cause, int refusedBytes) {
    int error = cause instanceof NativeIoException refused ? refused.expectedErr() : 0;
    if (error == EMSGSIZE && refusedBytes <= maxSegmentBytes) {
      maxSegmentBytes = refusedBytes - 1;
      log.info(
          "a burst of {}-byte datagrams was too long for its path: joining shorter ones only",
          refusedBytes);
    } else if ((error == EIO || error == EINVAL || error == EOPNOTSUPP) && maxSegmentBytes > 0) {
      maxSegmentBytes = 0;
      log.info("the kernel refused a burst ({}): datagrams go out one by one", cause.getMessage());
    }
  }
}
