package io.pipewright.udp.batch;

import io.netty.channel.Channel;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Transport;
import java.util.ArrayList;
import java.util.List;

/**
 * How a socket's datagrams are put together for system calls, and why so.
 *
 * @param datagramsPerRead at most so many are received by one system call; 1 is one by one
 * @param sendsBursts whether datagrams of one size to one peer go through the kernel as one packet (generic segmentation offload)
 * @param receivesBursts whether the kernel may hand over a burst of one peer as one packet (generic receive offload)
 * @param reasons one sentence for each of the three
 */
public record Batching(
    int datagramsPerRead, boolean sendsBursts, boolean receivesBursts, List<String> reasons) {

  /** What a merged packet may hold; less would cut it. */
  private static final int LARGEST_BURST_BYTES = 65_536;

  /** Copies the list. */
  public Batching {
    reasons = List.copyOf(reasons);
  }

  /**
   * Settles it for a transport. The self-check runs if anything depends on it: then this waits for some milliseconds, and must
   * not be called on an event loop.
   *
   * @param loops will run the sockets
   * @param wanted datagrams a read, 1 or more
   * @param sendBursts whether bursts are to be sent where that works
   * @param receiveBursts whether bursts are to be received where that works
   */
  public static Batching choose(
      EventLoops loops, int wanted, boolean sendBursts, boolean receiveBursts) {
    List<String> reasons = new ArrayList<>();
    int batch = 1;
    if (wanted == 1) {
      reasons.add("one datagram a read: asked for");
    } else {
      Finding batches = BatchProbe.of(loops).batches();
      batch = batches.works() ? wanted : 1;
      reasons.add(
          batches.works()
              ? "up to %d datagrams a read by recvmmsg: %s".formatted(batch, batches.why())
              : "one datagram a read: " + batches.why());
    }
    boolean sends = settle(
        "bursts to one peer as one packet (GSO)",
        sendBursts,
        () -> BatchProbe.of(loops).sendsBursts(),
        reasons);
    int reads = batch;
    boolean receives = settle(
        "bursts of one peer as one packet (GRO)",
        receiveBursts,
        () -> reads > 1
            ? BatchProbe.of(loops).receivesBatchesOfBursts()
            : BatchProbe.of(loops).receivesBursts(),
        reasons);
    return new Batching(batch, sends, receives, reasons);
  }

  private interface Looking {
    Finding find();
  }

  private static boolean settle(
      String what, boolean wanted, Looking looking, List<String> reasons) {
    Finding finding = wanted ? looking.find() : Finding.not("not asked for");
    reasons.add("%s %s: %s".formatted(what, finding.works() ? "on" : "off", finding.why()));
    return finding.works();
  }

  /**
   * The memory that a channel receives into.
   *
   * @param datagramBytes the largest datagram that is looked at
   */
  public ReceiveBuffers newBuffers(int datagramBytes) {
    int slot = receivesBursts ? Math.max(datagramBytes, LARGEST_BURST_BYTES) : datagramBytes;
    return new ReceiveBuffers(slot, datagramsPerRead);
  }

  /** Sets a channel's options that make it receive so, into those buffers. For epoll channels. */
  public void applyTo(Channel channel, ReceiveBuffers buffers) {
    channel.config().setRecvByteBufAllocator(buffers);
    ReceiveOptions.set(channel.config()::setOption, buffers, datagramsPerRead, receivesBursts);
  }

  /** Whether {@link ReceiveBuffers} can be used: Netty reads into them only while it looks at what came. */
  public static boolean reusesBuffers(Transport transport) {
    return transport == Transport.EPOLL;
  }

  /** One line, all reasons. */
  public String describe() {
    return String.join("; ", reasons);
  }
}
