package io.pipewright.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.RunningServer;
import io.pipewright.Transports;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.testkit.RawPeer;
import io.pipewright.testkit.fault.Direction;
import io.pipewright.testkit.fault.FaultPlan;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.StreamFaultsBuilder;
import io.pipewright.testkit.fault.TcpFaultProxy;
import io.pipewright.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a network does to a stream, messages arrive whole and as they were, or not at all. */
@Timeout(60)
class FaultyNetworkTest {

  private static final int CUTS = 50;
  private static final List<String> MESSAGES = messages();

  /** How messages are framed: by the server, and, independently of it, by this test. */
  private record Protocol(String name, Framing framing, Function<String, String> frame) {

    byte[] frames(List<String> messages) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      messages.forEach(message -> bytes.writeBytes(frame.apply(message).getBytes(ISO_8859_1)));
      return bytes.toByteArray();
    }

    @Override
    public String toString() {
      return name;
    }

    /** The messages that are whole in the first bytes of all. */
    List<String> wholeIn(long bytes) {
      List<String> whole = new ArrayList<>();
      long end = 0;
      for (String message : MESSAGES) {
        end += frame.apply(message).length();
        if (end > bytes) {
          break;
        }
        whole.add(message);
      }
      return whole;
    }
  }

  private static final List<Protocol> PROTOCOLS = List.of(
      new Protocol("lines", Framing.lines().maxLength(10_000), message -> message + "\n"),
      new Protocol(
          "length prefix",
          Framing.lengthPrefix(2).maxLength(10_000),
          message ->
              "" + (char) (message.length() >> 8) + (char) (message.length() & 0xff) + message));

  static Stream<Arguments> protocolsOnEveryTransport() {
    return Transports.here()
        .flatMap(
            transport -> PROTOCOLS.stream().map(protocol -> Arguments.of(transport, protocol)));
  }

  /** Of all lengths from none on, with every byte but a line feed in them. */
  private static List<String> messages() {
    Random random = new Random(3);
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      StringBuilder message = new StringBuilder();
      random
          .ints(random.nextInt(1 << random.nextInt(12)), 0, 256)
          .filter(b -> b != '\n' && b != '\r')
          .forEach(b -> message.append((char) b));
      messages.add(message.toString());
    }
    return messages;
  }

  /** Keeps what it is given, and answers with the same. */
  private static final class KeepingEcho extends ChannelInboundHandlerAdapter {

    private final Queue<String> kept;

    KeepingEcho(Queue<String> kept) {
      this.kept = kept;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      kept.add(((ByteBuf) message).toString(ISO_8859_1));
      ctx.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  private static RunningServer start(Transport transport, Protocol protocol, Queue<String> kept) {
    Pipeline pipeline = Pipeline.builder()
        .framing(protocol.framing)
        .handler("echo", () -> new KeepingEcho(kept))
        .build();
    return TcpServer.builder().transport(transport).loops(1).pipeline(pipeline).start();
  }

  private static Faults mixed(Random random) {
    return Faults.builder()
        .toServer(stream -> reshape(stream, random))
        .toClient(stream -> reshape(stream, random))
        .build();
  }

  private static void reshape(StreamFaultsBuilder stream, Random random) {
    stream.splitRandomly(1 + random.nextInt(1_000));
    if (random.nextBoolean()) {
      stream.delay(Duration.ofMillis(random.nextInt(20)));
    }
    if (random.nextBoolean()) {
      stream.coalesce(1 + random.nextInt(5_000), Duration.ofMillis(5));
    }
    if (random.nextBoolean()) {
      stream.throttle(500_000 + random.nextInt(5_000_000));
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsOnEveryTransport")
  void messagesAreTheSameHoweverTheNetworkCutsAndHoldsThem(Transport transport, Protocol protocol)
      throws Exception {
    Queue<String> kept = new ConcurrentLinkedQueue<>();
    byte[] frames = protocol.frames(MESSAGES);
    FaultPlan plan = (connection, random) -> connection == 1
        ? Faults.toServer(stream -> stream.split(1)) // the worst that there is
        : mixed(random);
    try (RunningServer server = start(transport, protocol, kept);
        TcpFaultProxy proxy =
            TcpFaultProxy.to(server.port()).seed(17).faults(plan).start()) {
      for (int i = 1; i <= 8; i++) {
        kept.clear();
        try (RawPeer peer = RawPeer.connect(proxy.port())) {
          peer.send(frames).finishSending();
          assertThat(peer.receiveAll())
              .as("answers over %s", proxy.connection(i))
              .isEqualTo(frames);
        }
        assertThat(List.copyOf(kept))
            .as("messages over %s", proxy.connection(i))
            .isEqualTo(MESSAGES);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsOnEveryTransport")
  void aConnectionThatIsCutAnywhereBringsTheWholeMessagesBeforeTheCutAndNoOther(
      Transport transport, Protocol protocol) throws Exception {
    Queue<String> kept = new ConcurrentLinkedQueue<>();
    byte[] frames = protocol.frames(MESSAGES);
    FaultPlan plan = (connection, random) -> Faults.toServer(
        stream -> stream.splitRandomly(500).cutAfter(random.nextInt(frames.length)));
    try (RunningServer server = start(transport, protocol, kept);
        TcpFaultProxy proxy =
            TcpFaultProxy.to(server.port()).seed(29).faults(plan).start()) {
      for (int i = 1; i <= CUTS; i++) {
        kept.clear();
        try (RawPeer peer = RawPeer.connect(proxy.port())) {
          peer.send(frames);
          peer.receiveAll();
        }
        long cut = proxy.connection(i).deliveredBytes(Direction.TO_SERVER);
        List<String> whole = protocol.wholeIn(cut);
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> kept.size() >= whole.size() && server.connections() == 0);
        assertThat(List.copyOf(kept)).as("cut after %d", cut).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsOnEveryTransport")
  void aConnectionThatIsResetAnywhereBringsNoMessageThatWasNotSent(
      Transport transport, Protocol protocol) throws Exception {
    Queue<String> kept = new ConcurrentLinkedQueue<>();
    byte[] frames = protocol.frames(MESSAGES);
    FaultPlan plan = (connection, random) -> Faults.toServer(
        stream -> stream.splitRandomly(500).resetAfter(random.nextInt(frames.length)));
    try (RunningServer server = start(transport, protocol, kept);
        TcpFaultProxy proxy =
            TcpFaultProxy.to(server.port()).seed(31).faults(plan).start()) {
      for (int i = 1; i <= CUTS; i++) {
        try (RawPeer peer = RawPeer.connect(proxy.port())) {
          peer.send(frames); // the socket's buffer takes them, whoever reads them or not
        }
      }
      await().until(() -> server.connections() == 0);
      assertThat(kept).isNotEmpty().isSubsetOf(MESSAGES);
    }
  }
}
