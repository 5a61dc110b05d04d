package io.pipewright.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.pipewright.ConfigurationException;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.socket.ErrorCounts;
import io.pipewright.socket.SocketBuilder;
import io.pipewright.socket.UnhandledErrors;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Workload;
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

  private Pipeline pipeline;
  private boolean broadcast;
  private int maxDatagramBytes = MAX_IPV4_PAYLOAD_BYTES;

  UdpBuilder() {
    super(Workload.UDP);
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

  /** The pipeline, which somebody must have named by now. */
  final Pipeline requirePipeline() {
    if (pipeline == null) {
      throw new ConfigurationException("pipeline", null, "name the pipeline of the datagrams");
    }
    return pipeline;
  }

  final DatagramGuard newGuard(EventLoops loops, Logger logger) {
    return new DatagramGuard(loops.transport(), maxDatagramBytes, logger);
  }

  /** One byte more than is accepted: what fills it was longer, and nothing else would tell. */
  final int receiveBytes() {
    return maxDatagramBytes + 1;
  }

  final Bootstrap bootstrap(
      EventLoops loops, Pipeline installed, DatagramGuard guard, Logger logger) {
    Bootstrap bootstrap = new Bootstrap()
        .group(loops.group())
        .channelFactory(EmptyDatagrams.channelFactory(loops))
        .option(ChannelOption.SO_BROADCAST, broadcast)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(receiveBytes()))
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(DatagramGuard.NAME, guard);
            installed.install(channel.pipeline());
            channel
                .pipeline()
                .addLast(UnhandledErrors.NAME, new UnhandledErrors(logger, new ErrorCounts()));
          }
        });
    bufferOptions(bootstrap::option);
    return bootstrap;
  }
}
