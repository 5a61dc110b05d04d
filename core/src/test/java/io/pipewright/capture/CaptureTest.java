package io.pipewright.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.capture.CaptureEnd.Reason;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One channel, and what its file says. */
@Timeout(30)
class CaptureTest {

  private static final String PEER = "192.0.2.7:5000";
  private static final String OWN = "192.0.2.1:6000";

  @TempDir
  private Path folder;

  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("test.pcap");
  }

  /** A client's connection over IPv4. */
  private static class Connection extends EmbeddedChannel {

    Connection(ChannelHandler... handlers) {
      super(handlers);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return address("192.0.2.7", 5000);
    }

    @Override
    protected SocketAddress localAddress0() {
      return address("192.0.2.1", 6000);
    }
  }

  static InetSocketAddress address(String ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(ip), port);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private CaptureBuilder capture() {
    return Capture.builder().file(file);
  }

  private List<PcapReader.Packet> ended(Capture capture) throws IOException {
    capture.close();
    return PcapReader.read(file);
  }

  @Test
  void aConnectionsLifeIsAStreamOfTcp() throws IOException {
    Capture capture = capture().start();
    long before = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    Connection channel = new Connection(capture.newHandler());
    channel.writeInbound(buffer("hello"));
    channel.writeOutbound(buffer("HELLO, "), buffer("WORLD"));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    channel.finishAndReleaseAll();

    List<PcapReader.Packet> packets = ended(capture);

    assertThat(PcapReader.letters(packets)).isEqualTo("S S. . P. P. P. F. . F. .");
    Map<String, byte[]> streams = PcapReader.streams(packets);
    assertThat(streams).containsOnlyKeys(PEER, OWN);
    assertThat(streams.get(PEER)).asString(UTF_8).isEqualTo("hello");
    assertThat(streams.get(OWN)).asString(UTF_8).isEqualTo("HELLO, WORLD");
    assertThat(packets)
        .allSatisfy(packet ->
            assertThat(packet.micros()).isBetween(before - 1_000_000, before + 30_000_000));
    assertThat(packets)
        .isSortedAccordingTo((one, other) -> Long.compare(one.micros(), other.micros()));
  }

  @Test
  void whatPassesIsNotChangedAndNotKept() throws IOException {
    Capture capture = capture().start();
    Connection channel = new Connection(capture.newHandler());
    ByteBuf in = buffer("in").skipBytes(1);
    ByteBuf out = buffer("out").skipBytes(1);

    channel.writeInbound(in);
    channel.writeOutbound(out);

    assertThat((ByteBuf) channel.readInbound()).isSameAs(in).isEqualTo(buffer("n"));
    assertThat((ByteBuf) channel.readOutbound()).isSameAs(out).isEqualTo(buffer("ut"));
    in.setByte(1, 'x');
    assertThat(in.release()).isTrue();
    assertThat(out.release()).isTrue();
    channel.finish();
    Map<String, byte[]> streams = PcapReader.streams(ended(capture));
    assertThat(streams.get(PEER)).asString(UTF_8).isEqualTo("n");
    assertThat(streams.get(OWN)).asString(UTF_8).isEqualTo("ut");
  }

  @Test
  void whatIsAddedToARunningConnectionHasNoHandshake() throws IOException {
    Capture capture = capture().start();
    Connection channel = new Connection();
    channel.pipeline().addLast(capture.newHandler());
    channel.writeInbound(buffer("on"));
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    assertThatThrownBy(channel::checkException).isInstanceOf(IOException.class);
    channel.finishAndReleaseAll();

    List<PcapReader.Packet> packets = ended(capture);

    assertThat(PcapReader.letters(packets)).isEqualTo("P. R.");
    assertThat(packets.get(1).from()).isEqualTo(PEER);
    assertThat(PcapReader.streams(packets)).containsOnlyKeys(PEER);
  }

  @Test
  void aLargeMessageIsCutIntoWholeSegments() throws IOException {
    byte[] large = new byte[200_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31 + i / 256);
    }
    Capture capture = capture().start();
    Connection channel = new Connection(capture.newHandler());
    channel.writeOutbound(Unpooled.wrappedBuffer(large));
    channel.releaseOutbound();

    List<PcapReader.Packet> packets = ended(capture);

    assertThat(PcapReader.letters(packets)).isEqualTo("S S. . . . . P.");
    assertThat(PcapReader.streams(packets).get(OWN)).isEqualTo(large);
    channel.finish();
  }

  @Test
  void whatIsBeyondTheSnapLengthCountsAndIsNotThere() throws IOException {
    Capture capture = capture().maxPayload(4).start();
    Connection channel = new Connection(capture.newHandler());
    channel.writeInbound(buffer("hello"));
    channel.writeInbound(buffer("bye"));
    channel.releaseInbound();

    List<PcapReader.Packet> packets = ended(capture);

    assertThat(PcapReader.streams(packets).get(PEER)).asString(UTF_8).isEqualTo("hellbye");
    assertThat(packets.get(3).length()).isEqualTo(5);
    channel.finish();
  }

  @Test
  void aFileRegionCountsWithItsLengthAlone() throws IOException {
    Capture capture = capture().start();
    Connection channel = new Connection(capture.newHandler());
    channel.writeOutbound(new DefaultFileRegion(new File("never-opened"), 10, 150_000));
    channel.releaseOutbound();
    channel.writeOutbound(buffer("end"));
    channel.releaseOutbound();

    List<PcapReader.Packet> packets = ended(capture);

    assertThat(packets.stream().mapToLong(PcapReader.Packet::length).sum()).isEqualTo(150_003);
    assertThat(PcapReader.streams(packets).get(OWN)).asString(UTF_8).isEqualTo("end");
    channel.finish();
  }

  @Test
  void aPeerThatIsNotChosenIsLeftAlone() throws IOException {
    Capture capture = capture().only(Cidr.parse("198.51.100.0/24")).start();
    Connection channel = new Connection(capture.newHandler());

    assertThat(channel.pipeline().get(CaptureHandler.class)).isNull();

    Capture other = Capture.builder()
        .file(folder.resolve("other.pcap"))
        .only(Cidr.parse("192.0.2.0/29"))
        .start();
    channel.pipeline().addLast(other.newHandler());
    channel.writeInbound(buffer("hello"));
    channel.finishAndReleaseAll();
    other.close();
    assertThat(ended(capture)).isEmpty();
    assertThat(PcapReader.read(folder.resolve("other.pcap"))).isNotEmpty();
  }

  @Test
  void peersWithoutAnIpAddressGetSyntheticOnes() throws IOException {
    Capture capture = capture().start();
    for (String message : List.of("one", "two")) {
      EmbeddedChannel channel = new EmbeddedChannel(capture.newHandler());
      channel.writeInbound(buffer(message));
      channel.finishAndReleaseAll();
    }

    Map<String, byte[]> streams = PcapReader.streams(ended(capture));

    assertThat(streams.keySet()).allMatch(from -> from.startsWith("127.0.0.1:")).hasSize(3);
    assertThat(streams.values().stream().map(bytes -> new String(bytes, UTF_8)))
        .containsExactlyInAnyOrder("one", "two", "");
  }

  @Test
  void theEndOfTheCaptureTakesItsHandlersAway() throws IOException {
    Capture capture = capture().start();
    Connection channel = new Connection(capture.newHandler());

    capture.close();
    channel.runPendingTasks();

    assertThat(channel.pipeline().get(CaptureHandler.class)).isNull();
    channel.pipeline().addLast(capture.newHandler());
    channel.writeInbound(buffer("late"));
    assertThat(channel.pipeline().get(CaptureHandler.class)).isNull();
    assertThat(PcapReader.letters(PcapReader.read(file))).isEqualTo("S S. .");
    channel.finishAndReleaseAll();
  }

  @Test
  void theFileNeverGrowsBeyondItsBound() throws IOException {
    Capture capture = capture().maxBytes(10_000).start();
    Connection channel = new Connection(capture.newHandler());
    for (int i = 0; i < 100; i++) {
      channel.writeInbound(buffer("x".repeat(1_000)));
    }
    channel.releaseInbound();

    CaptureEnd end = capture.ended().join();

    assertThat(end.reason()).isEqualTo(Reason.MAX_BYTES);
    assertThat(end.bytes()).isBetween(8_900L, 10_000L).isEqualTo(Files.size(file));
    assertThat(end.packets()).isEqualTo(PcapReader.read(file).size());
    assertThat(end.failure()).isEmpty();
    assertThat(capture.isActive()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void theCaptureEndsWhenItsTimeIsOver() throws IOException {
    Capture capture = capture().maxDuration(Duration.ofMillis(50)).start();

    CaptureEnd end = capture.ended().join();

    assertThat(end.reason()).isEqualTo(Reason.MAX_DURATION);
    assertThat(PcapReader.read(file)).isEmpty();
    capture.close(); // once more is no harm
  }

  @Test
  void whatIsWrittenCanBeReadWhileTheCaptureGoesOn() {
    try (Capture capture = capture().start()) {
      Connection channel = new Connection(capture.newHandler());
      await().until(() -> capture.packets() == 3);
      await().until(() -> capture.bytes() == Files.size(file));
      assertThat(capture).hasToString("Capture[" + file + ", 3 packets, 208 bytes]");
      channel.finish();
    }
  }

  @Test
  void aDiskThatIsFullEndsTheCaptureAndLeavesWholePackets() throws IOException {
    FullDisk disk = new FullDisk(3_000);
    Capture capture = capture().start(new PcapFile(disk, 1 << 20));
    Connection channel = new Connection(capture.newHandler());
    for (int i = 0; i < 20; i++) {
      long before = capture.packets();
      channel.writeInbound(buffer("y".repeat(500)));
      await().until(() -> capture.packets() > before || !capture.isActive());
    }

    CaptureEnd end = capture.ended().join();

    assertThat(end.reason()).isEqualTo(Reason.FAILED);
    assertThat(end.failure())
        .get()
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.THROWABLE)
        .hasMessage("No space left on device");
    assertThat(end.dropped()).isPositive();
    List<PcapReader.Packet> packets = PcapReader.read(ByteBuffer.wrap(disk.content()));
    assertThat(packets).hasSize((int) end.packets()).hasSizeGreaterThan(4);
    assertThat(disk.content()).hasSize((int) end.bytes());
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.inboundMessages()).hasSize(20);
    channel.finishAndReleaseAll();
  }

  @Test
  void aDiskThatHangsCostsBoundedMemoryAndWhatFindsNoRoomIsCounted() throws IOException {
    FullDisk disk = new FullDisk(1 << 20);
    Capture capture = capture().maxQueuedBytes(100_000).start(new PcapFile(disk, 1 << 20));
    disk.hang();
    Connection channel = new Connection(capture.newHandler());
    for (int i = 0; i < 50; i++) {
      channel.writeInbound(buffer("z".repeat(10_000)));
    }
    channel.releaseInbound();

    assertThat(capture.dropped()).isBetween(30L, 45L);

    disk.goOn();
    capture.close();
    CaptureEnd end = capture.ended().join();
    assertThat(end.packets() + end.dropped()).isEqualTo(53);
    assertThat(PcapReader.read(ByteBuffer.wrap(disk.content()))).hasSize((int) end.packets());
    channel.finish();
  }

  @Test
  void theFileIsNewAndItsOwnersAlone() throws IOException {
    Capture capture = capture().start();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    assertThatThrownBy(() -> capture().start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "file: cannot capture to " + file + ", which is there already; name a new file");

    assertThat(capture.discard().join().packets()).isZero();
    assertThat(file).doesNotExist();
    Path nowhere = folder.resolve("no/such");
    assertThatThrownBy(() -> Capture.builder().file(nowhere).start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("file: cannot capture to " + nowhere + ": there is no such folder");
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> Capture.builder().start()).hasMessage("file: name the file to write");
    assertThatThrownBy(() -> capture().maxBytes(23))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxBytes: must be 24 or more, not 23");
    assertThatThrownBy(() -> capture().maxDuration(Duration.ZERO))
        .hasMessage("maxDuration: must be more than zero, not PT0S");
    assertThatThrownBy(() -> capture().maxPayload(-1))
        .hasMessage("maxPayload: must be 0 or more, not -1");
    assertThatThrownBy(() -> capture().maxQueuedBytes(1))
        .hasMessage("maxQueuedBytes: must be 65536 or more, not 1");
  }
}
