package io.pipewright.udpecho;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Converters;
import io.pipewright.udp.UdpServerBuilder;
import picocli.CommandLine.Option;

/** The server's sockets: how many, how they are read and written, what the IP headers say. */
final class SocketOptions {

  @Option(
      names = "--shards",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {
        "Share the port among so many sockets, an event loop each (SO_REUSEPORT, Linux); a peer stays with one.",
        "  Default: 1"
      })
  private Integer shards;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {
        "Receive up to so many datagrams by one system call, where that works.",
        "  Default: 32"
      })
  private Integer batch;

  @Option(
      names = "--send-bursts",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Send what goes to one peer at once as one packet (GSO), where that works.")
  private boolean sendBursts;

  @Option(
      names = "--receive-bursts",
      description = "Receive bursts of one peer as one packet (GRO), where that works.")
  private boolean receiveBursts;

  @Option(
      names = "--max-datagram",
      paramLabel = "SIZE",
      defaultValue = "65507",
      description = "Drop and count what has a longer payload.")
  private ByteSize maxDatagram;

  @Option(
      names = "--receive-buffer",
      paramLabel = "SIZE",
      defaultValue = "1MiB",
      description = "The kernel's buffer (SO_RCVBUF); the log says what was granted. 0 is its own.")
  private ByteSize receiveBuffer;

  @Option(
      names = "--send-buffer",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "The kernel's buffer (SO_SNDBUF); the log says what was granted. 0 is its own.")
  private ByteSize sendBuffer;

  @Option(
      names = "--ttl",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "Time to live, or hop limit, of what is sent: 1 to 255.")
  private Integer ttl;

  @Option(
      names = "--tos",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = "Type of service, or traffic class, of what is sent: 0 to 255; DSCP times 4.")
  private Integer tos;

  @Option(
      names = "--dont-fragment",
      description =
          "Send datagrams whole or not at all; those too long for their path are counted.")
  private boolean dontFragment;

  void applyTo(UdpServerBuilder udp) {
    udp.sendBursts(sendBursts)
        .receiveBursts(receiveBursts)
        .maxDatagramBytes(maxDatagram.intBytes())
        .receiveBufferBytes(receiveBuffer.intBytes())
        .sendBufferBytes(sendBuffer.intBytes())
        .dontFragment(dontFragment);
    if (shards != null) {
      udp.shards(shards);
    }
    if (batch != null) {
      udp.batch(batch);
    }
    if (ttl != null) {
      udp.timeToLive(ttl);
    }
    if (tos != null) {
      udp.trafficClass(tos);
    }
  }
}
