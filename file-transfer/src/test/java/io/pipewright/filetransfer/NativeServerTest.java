package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.NativePeer.field;
import static io.pipewright.filetransfer.NativePeer.frame;
import static io.pipewright.filetransfer.NativePeer.get;
import static io.pipewright.filetransfer.NativePeer.hello;
import static io.pipewright.filetransfer.NativePeer.range;
import static io.pipewright.filetransfer.NativePeer.stat;
import static io.pipewright.filetransfer.NativePeer.u32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The native dialect against plain sockets, on every transport that the machine has. */
@ParameterizedClass
@MethodSource("io.pipewright.filetransfer.Transports#here")
@Timeout(60)
class NativeServerTest {

  private static final int NOT_GIVEN = 4;
  private static final int CHANGED = 5;
  private static final int BLOCK = 1 << 20;

  /** More than the sockets' buffers of both ends hold together. */
  private static final byte[] BIG = randomBytes(30_000_000);

  private final Transport transport;
  private final byte[] content = randomBytes(3_500_000);
  private final byte[] small = randomBytes(5_000);

  @TempDir
  Path root;

  private RunningServer server;

  NativeServerTest(Transport transport) {
    this.transport = transport;
  }

  @BeforeEach
  void serve() throws IOException {
    Files.createDirectories(root.resolve("sub"));
    Files.write(root.resolve("a.bin"), content);
    Files.write(root.resolve("sub/s.bin"), small);
    Files.createFile(root.resolve("empty"));
    server = start(FileServer.builder());
  }

  private RunningServer start(FileServerBuilder builder) {
    return builder
        .root(root)
        .socket(tcp -> tcp.port(0).transport(transport).loops(1))
        .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersEverythingInTheOrderOfTheRequests() throws IOException {
    Files.setLastModifiedTime(
        root.resolve("a.bin"), FileTime.from(Instant.ofEpochSecond(1_500_000_000, 123_456_789)));
    try (NativePeer peer = new NativePeer(server.port())) {
      peer.send(
          hello(),
          stat("a.bin"),
          get("a.bin"),
          get("sub/s.bin"),
          frame(2),
          get("empty"),
          stat("x"));
      NativePeer.Frame welcome = peer.next();
      assertThat(welcome.type()).isEqualTo(NativePeer.WELCOME);
      assertThat(welcome.number(1)).isEqualTo(1);
      assertThat(welcome.number(3)).isEqualTo(BLOCK);
      NativePeer.Frame facts = peer.next();
      assertThat(facts.type()).isEqualTo(NativePeer.FILE);
      assertThat(facts.number(1)).isEqualTo(content.length);
      assertThat(facts.number(2)).isEqualTo(1_500_000_000_123_456_789L);
      NativePeer.Got big = peer.got(0);
      assertThat(big.bytes()).isEqualTo(content);
      assertThat(big.file().bytes(3)).isEqualTo(facts.bytes(3));
      assertThat(big.last().type()).isEqualTo(NativePeer.END);
      assertThat(peer.got(0).bytes()).isEqualTo(small);
      NativePeer.Frame entries = peer.next();
      assertThat(entries.type()).isEqualTo(NativePeer.ENTRIES);
      assertThat(entries.fields().get(1)).hasSize(3);
      NativePeer.Got empty = peer.got(0);
      assertThat(empty.file().number(1)).isZero();
      assertThat(empty.bytes()).isEmpty();
      assertThat(empty.last().type()).isEqualTo(NativePeer.END);
      assertThat(peer.next().isError(NOT_GIVEN)).isTrue();
    }
  }

  @Test
  void givesAnyRangeCutAtTheLinesOfTheGrid() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      int[][] ranges = {{0, 1}, {1, BLOCK}, {BLOCK - 1, 2}, {BLOCK, BLOCK}, {17, 3_000_000}};
      for (int[] range : ranges) {
        peer.send(range("a.bin", range[0], range[1]));
        assertThat(peer.got(range[0]).bytes())
            .isEqualTo(Arrays.copyOfRange(content, range[0], range[0] + range[1]));
      }
      peer.send(get("a.bin", NativePeer.u64(3, content.length)));
      assertThat(peer.got(content.length).last().type()).isEqualTo(NativePeer.END);
      peer.send(range("a.bin", content.length, 1), range("a.bin", content.length + 1, 0));
      assertThat(peer.next().isError(10)).isTrue();
      assertThat(peer.next().isError(10)).isTrue();
    }
  }

  @Test
  void knowsTheSumsOfWholeBlocks() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      byte[] version = peer.send(stat("a.bin")).next().bytes(3);
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int from = BLOCK; from < content.length; from += BLOCK) {
        byte[] block = Arrays.copyOfRange(content, from, Math.min(from + BLOCK, content.length));
        expected.writeBytes(u32(0, NativePeer.sum(block)));
      }
      NativePeer.Frame sums =
          peer.send(NativePeer.sums("a.bin", version, 1, 256)).next();
      assertThat(sums.type()).isEqualTo(NativePeer.SUMS);
      assertThat(sums.number(1)).isEqualTo(1);
      assertThat(sums.bytes(2)).hasSize(3 * Integer.BYTES);
      for (int i = 0; i < 3; i++) {
        assertThat(Arrays.copyOfRange(sums.bytes(2), 4 * i, 4 * i + 4))
            .isEqualTo(Arrays.copyOfRange(expected.toByteArray(), 7 * i + 3, 7 * i + 7));
      }
      peer.send(
          NativePeer.sums("a.bin", new byte[16], 0, 1), NativePeer.sums("a.bin", version, 4, 1));
      assertThat(peer.next().isError(CHANGED)).isTrue();
      assertThat(peer.next().isError(10)).isTrue();
    }
  }

  @Test
  void answersThousandsOfPipelinedRequestsWhileItReadsThemBitByBit() throws Exception {
    int requests = 5_000;
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < requests; i++) {
        all.writeBytes(i % 100 == 7 ? get("no" + i) : get("sub/s.bin"));
      }
      CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
        try {
          peer.send(all.toByteArray());
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
      for (int i = 0; i < requests; i++) {
        NativePeer.Got got = peer.got(0);
        if (i % 100 == 7) {
          assertThat(got.last().isError(NOT_GIVEN)).isTrue();
        } else {
          assertThat(got.bytes()).isEqualTo(small);
        }
      }
      sent.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void packsSmallFilesAndLeavesOutWhatItDoesNotGive() throws IOException {
    Files.createSymbolicLink(root.resolve("link"), root.resolve("sub/s.bin"));
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      List<byte[]> files = packed(
          peer, bytes, "sub/s.bin", "no", "empty", "link", "../x", "sub", "a.bin", "sub/s.bin");
      assertThat(files.stream().map(file -> file.length > 0))
          .containsExactly(true, false, true, false, false, false, false, true);
      assertThat(bytes.toByteArray()).isEqualTo(NativePeer.joined(small, small));
      assertThat(ByteBuffer.wrap(files.get(0)).getInt(files.get(0).length - 4))
          .isEqualTo((int) NativePeer.sum(small));
      NativePeer.Frame facts = peer.send(stat("empty")).next();
      assertThat(Arrays.copyOfRange(files.get(2), 0, 3 + 8 + 3 + 8 + 3 + 16))
          .endsWith(facts.bytes(3));
    }
  }

  /** Asks again for what an answer left. */
  private static List<byte[]> packed(NativePeer peer, ByteArrayOutputStream bytes, String... names)
      throws IOException {
    List<byte[]> files = new ArrayList<>();
    while (files.size() < names.length) {
      String[] left = Arrays.copyOfRange(names, files.size(), names.length);
      NativePeer.Frame pack = peer.send(NativePeer.pack(left)).next();
      assertThat(pack.type()).isEqualTo(NativePeer.PACK);
      assertThat(pack.fields().get(1)).hasSizeBetween(1, left.length);
      files.addAll(pack.fields().get(1));
      bytes.writeBytes(pack.raw());
    }
    return files;
  }

  @Test
  void endsAPackEarlyRatherThanHoldMuchInMemory() throws IOException {
    byte[] content = randomBytes(100_000);
    for (String name : List.of("p1", "p2", "p3")) {
      Files.write(root.resolve(name), content);
    }
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      NativePeer.Frame pack = peer.send(NativePeer.pack("p1", "p2", "p3")).next();
      assertThat(pack.fields().get(1)).hasSizeBetween(1, 2);
      assertThat(pack.raw()).startsWith(content);
    }
  }

  @Test
  void leavesOutOfAPackAFileThatHasAnotherVersion() throws IOException {
    byte[] another = NativePeer.field(
        1, NativePeer.joined(NativePeer.field(1, "sub/s.bin"), NativePeer.field(2, new byte[16])));
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      NativePeer.Frame pack = peer.send(frame(6, another)).next();
      assertThat(pack.fields().get(1)).singleElement().isEqualTo(new byte[0]);
      assertThat(pack.raw()).isEmpty();
      assertThat(peer.send(frame(6)).next().isError(1)).isTrue();
    }
  }

  @Test
  void refusesEverythingWithTheSameWords() throws IOException {
    Files.createSymbolicLink(root.resolve("link"), root.resolve("a.bin"));
    Files.write(root.resolve(".hidden"), small);
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      NativePeer.Frame first = peer.send(get("missing")).next();
      assertThat(first.isError(NOT_GIVEN)).isTrue();
      for (String name : List.of("link", ".hidden", "sub", "../x", "/etc/passwd", "a\u001b", "")) {
        NativePeer.Frame refusal = peer.send(get(name)).next();
        assertThat(refusal.isError(NOT_GIVEN)).as(name).isTrue();
        assertThat(refusal.text(2)).as(name).isEqualTo(first.text(2));
        assertThat(refusal.fields()).as(name).hasSameSizeAs(first.fields());
        assertThat(peer.send(stat(name)).next().text(2)).as(name).isEqualTo(first.text(2));
      }
    }
  }

  @Test
  void saysThatAFileHasChanged() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      byte[] version = peer.send(stat("a.bin")).next().bytes(3);
      peer.send(get("a.bin", field(2, version)));
      assertThat(peer.got(0).bytes()).isEqualTo(content);
      Files.write(root.resolve("a.bin"), small);
      assertThat(peer.send(get("a.bin", field(2, version))).next().isError(CHANGED))
          .isTrue();
      assertThat(peer.send(get("a.bin")).got(0).bytes()).isEqualTo(small);
    }
  }

  @Test
  void endsBetweenTwoBlocksWhenAFileChangesWhileItIsSent() throws IOException {
    Path big = Files.write(root.resolve("big"), BIG);
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(get("big"), stat("sub/s.bin"));
      assertThat(peer.next().type()).isEqualTo(NativePeer.FILE);
      assertThat(peer.next().type()).isEqualTo(NativePeer.DATA); // the rest fills the sockets
      try (FileChannel file = FileChannel.open(big, StandardOpenOption.WRITE)) {
        file.write(java.nio.ByteBuffer.wrap(new byte[] {1}), BIG.length - 1);
      }
      NativePeer.Got rest = peer.got(BLOCK);
      assertThat(rest.bytes())
          .isEqualTo(Arrays.copyOfRange(BIG, BLOCK, BLOCK + rest.bytes().length));
      assertThat(rest.bytes().length).isLessThan(BIG.length - BLOCK);
      assertThat(rest.last().isError(CHANGED)).isTrue();
      assertThat(peer.next().type()).as("the next answer").isEqualTo(NativePeer.FILE);
    }
  }

  @Test
  void cutsOrSaysSoWhenAFileBecomesShorterWhileItIsSent() throws IOException {
    Path big = Files.write(root.resolve("big"), BIG);
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(get("big"));
      assertThat(peer.next().type()).isEqualTo(NativePeer.FILE);
      try (FileChannel file = FileChannel.open(big, StandardOpenOption.WRITE)) {
        file.truncate(2_000_000);
      }
      NativePeer.Frame last = null;
      try {
        last = peer.got(0).last();
      } catch (IOException e) {
        assertThat(peer.isCut()).isTrue();
      }
      assertThat(last == null || last.isError(CHANGED)).isTrue();
    }
    assertStillServes();
  }

  private void assertStillServes() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      assertThat(peer.send(get("sub/s.bin")).got(0).bytes()).isEqualTo(small);
    }
  }

  @Test
  void goesOnAfterARequestThatItDoesNotKnow() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(frame(0x70, u32(1, 9)), get("sub/s.bin"));
      assertThat(peer.next().isError(2)).isTrue();
      assertThat(peer.got(0).bytes()).isEqualTo(small);
    }
  }

  @Test
  void closesBehindABadRequestWhenWhatCameBeforeIsAnswered() throws IOException {
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(get("a.bin"), frame(4), get("sub/s.bin"));
      assertThat(peer.got(0).bytes()).isEqualTo(content);
      assertThat(peer.next().isError(1)).isTrue();
      assertThat(peer.isEnded()).isTrue();
    }
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(hello());
      assertThat(peer.next().isError(1)).isTrue();
      assertThat(peer.isEnded()).isTrue();
    }
    try (NativePeer peer = NativePeer.greeted(server.port())) {
      peer.send(new byte[] {0, 1, 0, 0});
      assertThat(peer.next().isError(1)).as("a frame of 64 KiB").isTrue();
      assertThat(peer.isCut()).isTrue();
    }
    assertStillServes();
  }

  @Test
  void wantsAHelloFirst() throws IOException {
    try (NativePeer peer = new NativePeer(server.port())) {
      peer.send(stat("a.bin"));
      assertThat(peer.next().isError(1)).isTrue();
      assertThat(peer.isEnded()).isTrue();
    }
    try (NativePeer peer = new NativePeer(server.port())) {
      peer.send(
          frame(1, field(1, "PIPEWRIGHT-FILES"), u32(2, 0), field(3, "from before there was one")));
      assertThat(peer.next().isError(3)).isTrue();
      assertThat(peer.isEnded()).isTrue();
    }
    try (NativePeer peer = new NativePeer(server.port())) {
      peer.send("\0\0\u0001\0GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      peer.finishSending();
      assertThat(peer.isCut()).isTrue();
    }
    assertStillServes();
  }

  @Test
  void answersEverythingToAPeerThatHasFinishedSending() throws IOException {
    try (NativePeer peer = new NativePeer(server.port())) {
      peer.send(hello(), get("a.bin"), get("sub/s.bin")).finishSending();
      peer.next();
      assertThat(peer.got(0).bytes()).isEqualTo(content);
      assertThat(peer.got(0).bytes()).isEqualTo(small);
      assertThat(peer.isEnded()).isTrue();
    }
    await().untilAsserted(() -> assertThat(server.connections()).isZero());
  }

  @Test
  void tellsWhereToGoOnWhenItDrains() throws Exception {
    Files.write(root.resolve("big"), BIG);
    try (NativePeer peer = NativePeer.greeted(server.port());
        NativePeer idle = NativePeer.greeted(server.port())) {
      peer.send(get("big"), range("a.bin", 77, 1_000), stat("a.bin"));
      assertThat(peer.next().type()).isEqualTo(NativePeer.FILE);
      CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ofSeconds(20));
      assertThat(idle.isEnded()).isTrue();
      NativePeer.Got got = peer.got(0);
      assertThat(got.bytes().length).isLessThan(BIG.length);
      assertThat(got.bytes()).isEqualTo(Arrays.copyOf(BIG, got.bytes().length));
      assertThat(got.last().isError(7)).isTrue();
      assertThat(got.last().number(3)).as("milliseconds to wait").isEqualTo(2_000);
      assertThat(got.last().number(4)).as("where to go on").isEqualTo(got.bytes().length);
      assertThat(got.bytes().length % BLOCK).isZero();
      NativePeer.Frame second = peer.next();
      assertThat(second.isError(7)).isTrue();
      assertThat(second.number(4)).isEqualTo(77);
      NativePeer.Frame third = peer.next();
      assertThat(third.isError(7)).isTrue();
      assertThat(third.fields()).doesNotContainKey(4);
      assertThat(peer.isEnded()).isTrue();
      peer.finishSending();
      DrainReport report = drained.get(20, TimeUnit.SECONDS);
      assertThat(report.told()).isEqualTo(1);
      assertThat(report.forced()).isZero();
    }
  }

  @Test
  void endsAPeerThatTakesNothing() throws IOException {
    Files.write(root.resolve("big"), BIG);
    server.close();
    server = start(FileServer.builder().idleTimeout(Duration.ofMillis(600)));
    try (NativePeer deaf = NativePeer.greeted(server.port());
        NativePeer dripping = NativePeer.greeted(server.port())) {
      deaf.send(get("big"));
      byte[] request = stat("a.bin");
      for (int i = 0; i < 4; i++) { // single bytes of a frame are no sign of life
        dripping.send(new byte[] {request[i]});
        assertThat(server.connections()).isPositive();
      }
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
      assertThat(deaf.isCut()).isTrue();
    }
    assertStillServes();
  }

  @Test
  void goesOnWhenPeersLeaveInTheMiddle() throws IOException {
    Files.write(root.resolve("big"), BIG);
    for (int i = 0; i < 20; i++) {
      try (NativePeer peer = NativePeer.greeted(server.port())) {
        for (int j = 0; j < 10; j++) {
          peer.send(get("sub/s.bin"), get("big"), get("a.bin"), frame(2));
        }
        assertThat(peer.next().type()).isEqualTo(NativePeer.FILE);
      }
    }
    await().untilAsserted(() -> assertThat(server.connections()).isZero());
    assertStillServes();
  }

  @Test
  void saysWhatIsWrongWithItsSettings() {
    assertThatThrownBy(() -> FileServer.builder().maxTransfers(0))
        .hasMessageContaining("1 or more");
    assertThatThrownBy(() -> FileServer.builder().maxTransfersPerAddress(-1))
        .hasMessageContaining("1 or more");
    assertThatThrownBy(() -> FileServer.builder().sumCacheBytes(-1)).hasMessageContaining("0");
    assertThatThrownBy(() -> FileServer.builder().retryAfter(Duration.ofSeconds(-1)))
        .hasMessageContaining("negative");
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
