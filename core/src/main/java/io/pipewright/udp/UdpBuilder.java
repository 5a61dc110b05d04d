package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.socket.SocketBuilder;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Workload;
import io.pipewright.udp.batch.Batching;
import io.pipewright.udp.multicast.MulticastSending;
import io.pipewright.udp.option.IpOptions;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.slf4j.Logger;

/**
 * What a UDP server's and a UDP client's builder have in common. All defaults stand here.
 *
 * @param <B> the builder itself
 */
public abstract class UdpBuilder<B extends UdpBuilder<B>> extends SocketBuilder<B> {

  /** The largest payload of a datagram over IPv4: 65,535 less the IP header (20) and the UDP header (8), RFC 768. */
  public static final int MAX_IPV4_PAYLOAD_BYTES = 65_507;

  /** Linux's {@code UIO_MAXIOV}. */
  private static final int MOST_DATAGRAMS_PER_READ = 1_024;

  private Pipeline pipeline;
  private boolean broadcast;
  private int maxDatagramBytes = MAX_IPV4_PAYLOAD_BYTES;
  private int batch;
  private boolean sendBursts;
  private boolean receiveBursts;
  private IpOptions ip = IpOptions.DEFAULTS;
  private MulticastSending multicast = MulticastSending.DEFAULTS;

  /**
   * @param batch datagrams a read by default
   * @param sendBursts whether bursts to one peer are joined by default
   */
  UdpBuilder(int batch, boolean sendBursts) {
    super(Workload.UDP);
    this.batch = batch;
    this.sendBursts = sendBursts;
    loops(1); // one socket is served by one thread
  }

  /**
   * What happens to the datagrams: handlers read and write Netty's {@code DatagramPacket}.
   *
   * @param pipeline a pipeline without framing and text: a datagram is a message already
   * @return this
   * @throws ConfigurationException if it frames or decodes text, which would need one channel a peer
   */
  public B pipeline(Pipeline pipeline) {
    Objects.requireNonNull(pipeline, "pipeline");
    if (!givesEachPeerAChannel()) {
      checkTakesDatagrams(pipeline);
    }
    this.pipeline = pipeline;
    return self();
  }

  /** Whether the pipeline is not the socket's, but one of each peer. */
  boolean givesEachPeerAChannel() {
    return false;
  }

  private static void checkTakesDatagrams(Pipeline pipeline) {
    pipeline.framing().filter(framing -> framing.newDecoder().isPresent()).ifPresent(framing -> {
      throw new ConfigurationException(
          "framing", framing.describe(), "a datagram is a frame already; name none");
    });
    if (pipeline.isText()) {
      throw new ConfigurationException(
          "text",
          true,
          "datagrams carry their sender's address; decode the content in the handler");
    }
  }

  /**
   * {@code SO_BROADCAST}: whether datagrams may be sent to broadcast addresses. Default false.
   *
   * @param broadcast on or off
   * @return this
   */
  public B broadcast(boolean broadcast) {
    this.broadcast = broadcast;
    return self();
  }

  /**
   * The largest datagram that is accepted. A larger one is dropped whole, counted and logged: never delivered cut. Default
   * {@value #MAX_IPV4_PAYLOAD_BYTES}, the most that IPv4 carries.
   *
   * @param bytes 1 to 65,527 bytes of payload
   * @return this
   * @throws ConfigurationException if out of range
   */
  public B maxDatagramBytes(int bytes) {
    if (bytes < 1 || bytes > 65_527) {
      throw new ConfigurationException(
          "maxDatagramBytes", bytes, "must be 1 to 65527 bytes of payload, not " + bytes);
    }
    this.maxDatagramBytes = bytes;
    return self();
  }

  /**
   * How many datagrams one system call may receive: recvmmsg, where the transport has it and a self-check over loopback shows
   * that it works; elsewhere they come one by one. What is written before a flush goes out by sendmmsg there, too. Each datagram
   * of a batch has address space of {@link #maxDatagramBytes} (32 of 64 KiB make 2 MiB a socket) and memory of what it brings.
   *
   * @param datagrams 1 to 1,024; 1 receives one by one
   * @return this
   * @throws ConfigurationException if out of range
   */
  public B batch(int datagrams) {
    if (datagrams < 1 || datagrams > MOST_DATAGRAMS_PER_READ) {
      throw new ConfigurationException(
          "batch", datagrams, "must be 1 to 1024 datagrams a read, not " + datagrams);
    }
    this.batch = datagrams;
    return self();
  }

  /**
   * Whether datagrams of one size to one peer that are written before one flush go through the kernel as one packet (generic
   * segmentation offload, {@code UDP_SEGMENT}), where a self-check over loopback shows that boundaries and bytes survive it. If
   * the kernel refuses such a packet later on, its datagrams are sent one by one, and none is lost. Datagrams of more than 1,472
   * bytes are never joined.
   *
   * @param sendBursts on or off; default on for servers, off for clients
   * @return this
   */
  public B sendBursts(boolean sendBursts) {
    this.sendBursts = sendBursts;
    return self();
  }

  /**
   * Whether the kernel may hand over a burst of one peer as one packet (generic receive offload, {@code UDP_GRO}), which is cut
   * into its datagrams before handlers see them; where a self-check over loopback shows that boundaries and bytes survive it.
   * It saves much where peers send bursts over a network card that merges them, and costs a little on each datagram where they do
   * not. Default off.
   *
   * @param receiveBursts on or off
   * @return this
   */
  public B receiveBursts(boolean receiveBursts) {
    this.receiveBursts = receiveBursts;
    return self();
  }

  /**
   * Time to live (IPv4) and hop limit (IPv6) of datagrams to one host. Default: the system's, mostly 64.
   *
   * @param hops 1 to 255
   * @return this
   * @throws ConfigurationException if out of range; at the start if the transport cannot set it (NIO, kqueue)
   */
  public B timeToLive(int hops) {
    ip = ip.withTimeToLive(hops);
    return self();
  }

  /**
   * {@code IP_TOS} and the IPv6 traffic class: six bits of DSCP and two of ECN. Default 0.
   *
   * @param bits 0 to 255
   * @return this
   * @throws ConfigurationException if out of range
   */
  public B trafficClass(int bits) {
    ip = ip.withTrafficClass(bits);
    return self();
  }

  /**
   * Whether datagrams go out whole or not at all, neither fragmented here nor on the way (Linux's {@code IP_MTU_DISCOVER}). A
   * write that is too long for its path then fails with a {@link DatagramTooLongException}. Default off.
   *
   * @param dontFragment on or off
   * @return this
   * @throws ConfigurationException at the start if the transport cannot set it (NIO, kqueue)
   */
  public B dontFragment(boolean dontFragment) {
    ip = ip.withDontFragment(dontFragment);
    return self();
  }

  /**
   * How datagrams go to groups: hops, interface, and whether this machine hears them. Default: the system's, one hop over the
   * interface of the route, and yes.
   *
   * @param sending the settings
   * @return this
   * @throws ConfigurationException at the start if the transport cannot set it (kqueue)
   */
  public B multicast(MulticastSending sending) {
    this.multicast = Objects.requireNonNull(sending, "sending");
    return self();
  }

  /** What the handlers of a socket are, of all the datagrams on it. */
  Pipeline socketPipeline(DatagramCounts counts) {
    return requirePipeline();
  }

  /** The pipeline, which somebody must have named by now. */
  final Pipeline requirePipeline() {
    if (pipeline == null) {
      throw new ConfigurationException("pipeline", null, "name the pipeline of the datagrams");
    }
    return pipeline;
  }

  /** How the channels are made; waits for the self-check of batching if it has not been done yet. */
  final ChannelSetup channelSetup(EventLoops loops, Logger logger) {
    ip.check(loops.transport());
    multicast.check(loops.transport());
    DatagramCounts counts = new DatagramCounts();
    return new ChannelSetup(
        loops,
        socketPipeline(counts),
        Batching.choose(loops, batch, sendBursts, receiveBursts),
        ip,
        multicast,
        counts,
        new ErrorCounts(),
        maxDatagramBytes,
        logger);
  }

  /** A bootstrap with the options that the user has set; {@code address} tells the sockets' family, {@code null} none. */
  final Bootstrap bootstrap(ChannelSetup setup, InetSocketAddress address) {
    Bootstrap bootstrap = setup.bootstrap(address).option(ChannelOption.SO_BROADCAST, broadcast);
    bufferOptions(bootstrap::option);
    return bootstrap;
  }
}
