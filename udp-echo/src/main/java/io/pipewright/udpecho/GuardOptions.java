package io.pipewright.udpecho;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Converters;
import io.pipewright.udp.guard.ReflectionGuard;
import io.pipewright.udp.guard.ReflectionGuardBuilder;
import io.pipewright.udp.guard.ReplyRate;
import picocli.CommandLine.Option;

/** Whom the server answers and how much it may send, as a picocli mixin. */
final class GuardOptions {

  @Option(
      names = "--answer-privileged-ports",
      description = "Answer source ports 1 to 1023 too, where services sit that answer everything.")
  private boolean answerPrivilegedPorts;

  @Option(
      names = "--answer-own-port",
      description = "Answer datagrams that come from the port number that is listened on, too.")
  private boolean answerOwnPort;

  @Option(
      names = "--answer-multicast",
      description = "Answer what was sent to a multicast group or a broadcast address, too.")
  private boolean answerMulticast;

  @Option(
      names = "--reply-rate",
      paramLabel = "N",
      defaultValue = "20000",
      converter = Converters.NotNegative.class,
      description = {
        "Send at most so many datagrams a second to one network (IPv4 /24, IPv6 /56), half to one peer; 0 is no limit.",
        "This and the three below do not hold for loopback."
      })
  private int replyRate;

  @Option(
      names = "--reply-bytes",
      paramLabel = "SIZE",
      defaultValue = "16MiB",
      description = "Send at most so many bytes a second to one network; 0 is no limit.")
  private ByteSize replyBytes;

  @Option(
      names = "--total-reply-rate",
      paramLabel = "N",
      defaultValue = "200000",
      converter = Converters.NotNegative.class,
      description = "Send at most so many datagrams a second in all; 0 is no limit.")
  private int totalReplyRate;

  @Option(
      names = "--total-reply-bytes",
      paramLabel = "SIZE",
      defaultValue = "128MiB",
      description = "Send at most so many bytes a second in all; 0 is no limit.")
  private ByteSize totalReplyBytes;

  @Option(
      names = "--ping-pong-rounds",
      paramLabel = "N",
      defaultValue = "3",
      converter = Converters.NotNegative.class,
      description = {
        "Let one payload come back at once so often before its sender is taken for a service that answers us;",
        "0 never does."
      })
  private int pingPongRounds;

  ReflectionGuard guard() {
    ReflectionGuardBuilder guard = ReflectionGuard.builder()
        .answerPrivilegedPorts(answerPrivilegedPorts)
        .answerOwnPort(answerOwnPort)
        .answerMulticast(answerMulticast)
        .pingPongRounds(pingPongRounds);
    return guard
        .perNetwork(rate(replyRate, replyBytes))
        .inAll(rate(totalReplyRate, totalReplyBytes))
        .build();
  }

  private static ReplyRate rate(long datagrams, ByteSize bytes) {
    return new ReplyRate(orUnlimited(datagrams), orUnlimited(bytes.bytes()));
  }

  private static long orUnlimited(long number) {
    return number == 0 ? ReplyRate.UNLIMITED : number;
  }
}
