package io.pipewright.udp.batch;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.pipewright.transport.EventLoops;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The datagrams of one {@link BatchProbe}, on epoll. Every datagram's bytes tell its number, so that none is taken for another. */
final class LoopbackCheck {

  private static final int LIMIT_MILLIS = 1_000;
  private static final int SLOTS = 8;
  private static final int LARGEST_BURST_BYTES = 65_536;
  private static final int[] MIXED = {1, 0, 2, 3, 1_400, 0, 100};
  private static final int[] BURST = {100, 100, 100, 100, 40};
  private static final String WHOLE = "checked over loopback: every datagram came whole";

  private final EventLoops loops;
  private boolean ended = true;

  LoopbackCheck(EventLoops loops) {
    this.loops = loops;
  }

  /**
   * Does all of them, one after another.
   *
   * @param remember is told what was found, unless something did not come in time: that may be the machine's fault
   */
  BatchProbe run(Consumer<BatchProbe> remember) {
    Finding batches = found(this::batches);
    Finding bursts = found(this::bursts);
    Finding nothingToTryWith = Finding.not("there are no bursts to try it with");
    BatchProbe probe = new BatchProbe(
        batches,
        bursts,
        bursts.works() ? found(() -> receivedBursts(1)) : nothingToTryWith,
        bursts.works() && batches.works() ? found(() -> receivedBursts(SLOTS)) : nothingToTryWith);
    if (ended) {
      remember.accept(probe);
    }
    return probe;
  }

  private interface Check {
    Finding run() throws IOException, InterruptedException;
  }

  private Finding found(Check check) {
    try {
      return check.run();
    } catch (SocketTimeoutException e) {
      ended = false;
      return Finding.not("the self-check did not end within " + LIMIT_MILLIS + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
      return Finding.not("the self-check was interrupted");
    } catch (IOException | RuntimeException e) {
      return Finding.not("the self-check failed: " + e.getMessage());
    }
  }

  /** Everything is sent before anything is read, so that it is read together. */
  private Finding batches() throws IOException, InterruptedException {
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    Channel receiver = open(SLOTS, MIXED[4] + 1, false, came);
    try (DatagramSocket sender = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < MIXED.length; i++) {
        byte[] bytes = datagram(i, MIXED[i]);
        sender.send(new java.net.DatagramPacket(bytes, bytes.length, receiver.localAddress()));
      }
      receiver.config().setAutoRead(true);
      return compared(came, MIXED);
    } finally {
      close(receiver);
    }
  }

  private Finding bursts() throws IOException, InterruptedException {
    Channel sender = open(1, 1, false, new LinkedBlockingQueue<>());
    try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      receiver.setSoTimeout(LIMIT_MILLIS);
      sendBurst(sender, (InetSocketAddress) receiver.getLocalSocketAddress());
      BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
      for (int ignored : BURST) {
        java.net.DatagramPacket next = new java.net.DatagramPacket(new byte[2_048], 2_048);
        receiver.receive(next);
        came.add(Arrays.copyOf(next.getData(), next.getLength()));
      }
      return compared(came, BURST);
    } finally {
      close(sender);
    }
  }

  private Finding receivedBursts(int slots) throws IOException, InterruptedException {
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    Channel sender = open(1, 1, false, new LinkedBlockingQueue<>());
    Channel receiver = open(slots, LARGEST_BURST_BYTES, true, came);
    try {
      sendBurst(sender, (InetSocketAddress) receiver.localAddress());
      sendBurst(sender, (InetSocketAddress) receiver.localAddress());
      receiver.config().setAutoRead(true);
      Finding firstBurst = compared(came, BURST);
      return firstBurst.works() ? compared(came, BURST) : firstBurst;
    } finally {
      close(sender);
      close(receiver);
    }
  }

  private static void sendBurst(Channel sender, InetSocketAddress recipient) throws IOException {
    var content = Unpooled.directBuffer();
    for (int i = 0; i < BURST.length; i++) {
      content.writeBytes(datagram(i, BURST[i]));
    }
    var sent = sender.writeAndFlush(new SegmentedDatagramPacket(content, BURST[0], recipient));
    if (!sent.awaitUninterruptibly(LIMIT_MILLIS)) {
      throw new SocketTimeoutException();
    }
    if (!sent.isSuccess()) {
      throw new IOException(sent.cause().getMessage(), sent.cause());
    }
  }

  private static Finding compared(BlockingQueue<byte[]> came, int[] sizes)
      throws SocketTimeoutException, InterruptedException {
    List<Integer> lengths = new ArrayList<>();
    boolean same = true;
    for (int i = 0; i < sizes.length && same; i++) {
      byte[] next = came.poll(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new SocketTimeoutException();
      }
      lengths.add(next.length);
      same = Arrays.equals(next, datagram(i, sizes[i]));
    }
    return same
        ? Finding.works(WHOLE)
        : Finding.not("checked over loopback: sizes %s came as %s"
            .formatted(Arrays.toString(sizes), lengths));
  }

  private static byte[] datagram(int number, int bytes) {
    byte[] content = new byte[bytes];
    Arrays.fill(content, (byte) (number + 1));
    return content;
  }

  private Channel open(int slots, int datagramBytes, boolean gro, BlockingQueue<byte[]> came)
      throws IOException {
    ReceiveBuffers buffers = new ReceiveBuffers(datagramBytes, slots);
    Bootstrap bootstrap = new Bootstrap()
        .group(loops.group())
        .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET))
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.RECVBUF_ALLOCATOR, buffers)
        .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
          @Override
          protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
            byte[] bytes = new byte[datagram.content().readableBytes()];
            datagram.content().readBytes(bytes);
            came.add(bytes);
          }
        });
    ReceiveOptions.set(bootstrap::option, buffers, slots, gro);
    var bound = bootstrap.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    bound.awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    bound.channel().closeFuture().addListener(closed -> buffers.close());
    return bound.channel();
  }

  private static void close(Channel channel) {
    channel.close().awaitUninterruptibly(LIMIT_MILLIS);
  }
}
