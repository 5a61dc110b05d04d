package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.NativePeer.field;
import static io.pipewright.filetransfer.NativePeer.get;
import static io.pipewright.filetransfer.NativePeer.hello;
import static io.pipewright.filetransfer.NativePeer.stat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Listing;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.SharingPolicy;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what from a server: secrets, limits, and stores of one's own. */
@Timeout(60)
class ServerAccessTest {

  private static final int BUSY = 6;
  private static final int UNAUTHORIZED = 8;
  private static final Duration DELAY = Duration.ofMillis(300);

  /** More than the sockets' buffers of both ends hold together. */
  private static final byte[] BIG = new byte[30_000_000];

  @TempDir
  Path root;

  private FileServerBuilder builder() throws IOException {
    Files.writeString(root.resolve("a.txt"), "hello");
    return FileServer.builder()
        .root(root)
        .refusalDelay(DELAY)
        .socket(tcp -> tcp.port(0).loops(1));
  }

  @Test
  void letsInWhoKnowsTheSecret() throws IOException {
    FileServerBuilder builder = builder().secret(Secret.of("sesame")).secretOverPlaintext(true);
    try (RunningServer server = builder.start();
        NativePeer peer = new NativePeer(server.port())) {
      peer.send(hello(field(4, "sesame")), get("a.txt"));
      assertThat(peer.next().type()).isEqualTo(NativePeer.WELCOME);
      assertThat(peer.got(0).bytes()).asString().isEqualTo("hello");
    }
  }

  @Test
  void turnsOthersAwayAfterAWhileWithoutSayingMore() throws IOException {
    FileServerBuilder builder = builder().secret(Secret.of("sesame")).secretOverPlaintext(true);
    try (RunningServer server = builder.start()) {
      for (byte[] hello : List.of(hello(), hello(field(4, "sesam")), hello(field(4, "Sesame")))) {
        try (NativePeer peer = new NativePeer(server.port())) {
          long begin = System.nanoTime();
          peer.send(hello, get("a.txt"));
          assertThat(peer.next().isError(UNAUTHORIZED)).isTrue();
          assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(DELAY);
          assertThat(peer.isEnded()).isTrue();
        }
      }
      assertThat(Peer.get(server.port(), "a.txt\n")).as("the plain dialect").isEmpty();
      await().untilAsserted(() -> assertThat(server.stats().errors()).containsValue(3L));
      assertThat(server.stats().errors().keySet())
          .singleElement()
          .asString()
          .containsIgnoringCase("unauthorized");
    }
  }

  @Test
  void doesNotStartWithASecretThatEverybodyCouldRead() throws IOException {
    FileServerBuilder builder = builder().secret(Secret.of("sesame"));
    assertThatThrownBy(builder::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("TLS");
  }

  @Test
  void tellsWhoComesWhenTooMuchIsUnderWayToComeBack() throws IOException {
    Files.write(root.resolve("big"), BIG);
    FileServerBuilder builder = builder().maxTransfers(1).retryAfter(Duration.ofMillis(70));
    try (RunningServer server = builder.start();
        NativePeer slow = NativePeer.greeted(server.port());
        NativePeer other = NativePeer.greeted(server.port())) {
      slow.send(get("big"));
      assertThat(slow.next().type()).isEqualTo(NativePeer.FILE);
      NativePeer.Frame busy = other.send(get("big")).next();
      assertThat(busy.isError(BUSY)).isTrue();
      assertThat(busy.number(3)).isEqualTo(70);
      assertThat(Peer.get(server.port(), "big\n")).as("the plain dialect").isEmpty();
      assertThat(other.send(get("a.txt")).got(0).bytes()).as("a small file").hasSize(5);
      assertThat(slow.got(0).bytes()).hasSize(BIG.length);
      assertThat(other.send(get("big")).got(0).bytes()).hasSize(BIG.length);
      assertThat(Peer.get(server.port(), "big\n")).hasSize(BIG.length);
    }
  }

  @Test
  void limitsTransfersToOneAddress() throws IOException {
    Files.write(root.resolve("big"), BIG);
    try (RunningServer server = builder().maxTransfersPerAddress(1).start();
        NativePeer slow = NativePeer.greeted(server.port());
        NativePeer other = NativePeer.greeted(server.port())) {
      slow.send(get("big"));
      assertThat(slow.next().type()).isEqualTo(NativePeer.FILE);
      assertThat(other.send(get("big")).next().isError(BUSY)).isTrue();
    }
  }

  @Test
  void givesHiddenFilesOnlyIfItIsTold() throws IOException {
    Files.writeString(root.resolve(".profile"), "mine");
    try (RunningServer server =
            builder().sharing(SharingPolicy.STRICT.withHiddenFiles()).start();
        NativePeer peer = NativePeer.greeted(server.port())) {
      assertThat(peer.send(get(".profile")).got(0).bytes()).asString().isEqualTo("mine");
    }
  }

  /** Files in memory. */
  private static final class MemoryStore implements FileStore {

    private final Map<String, byte[]> files;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger restlessOpenings = new AtomicInteger();
    private boolean closed;

    MemoryStore(Map<String, byte[]> files) {
      this.files = files;
    }

    @Override
    public Opening open(FileName name) {
      if (name.toString().equals("broken")) {
        throw new IllegalStateException("a defect of the store");
      }
      byte[] bytes = files.get(name.toString());
      if (bytes == null) {
        return new Refused("there is no such key");
      }
      open.incrementAndGet();
      boolean changes =
          name.toString().equals("restless") && restlessOpenings.incrementAndGet() % 3 != 0;
      return new MemoryFile(name, bytes, new FileVersion(changes ? 9 : 1, 2), open);
    }

    @Override
    public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
      return new Entries(
          files.keySet().stream()
              .sorted()
              .map(name -> new Entry(
                  name,
                  Entry.Kind.FILE,
                  files.get(name).length,
                  Instant.EPOCH,
                  new FileVersion(1, 2)))
              .toList(),
          false);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record MemoryFile(
      FileName name, byte[] bytes, FileVersion currentVersion, AtomicInteger open)
      implements StoredFile {

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public Instant lastModified() {
      return Instant.EPOCH;
    }

    @Override
    public FileVersion version() {
      return new FileVersion(1, 2);
    }

    @Override
    public int read(ByteBuffer target, long position) {
      if (position >= bytes.length) {
        return -1;
      }
      int length = Math.min(Math.min(target.remaining(), 100_000), bytes.length - (int) position);
      target.put(bytes, (int) position, length);
      return length;
    }

    @Override
    public Optional<FileChannel> channel() {
      return Optional.empty();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Test
  void servesAStoreOfOnesOwn() throws IOException {
    byte[] big = new byte[5_000_000];
    new Random(3).nextBytes(big);
    MemoryStore store = new MemoryStore(Map.of("big", big, "small", new byte[] {1, 2, 3}));
    FileServerBuilder builder =
        FileServer.builder().store(store).socket(tcp -> tcp.port(0).loops(1));
    try (RunningServer server = builder.start()) {
      try (NativePeer peer = NativePeer.greeted(server.port())) {
        peer.send(get("small"), get("big"), get("none"), get("broken"), stat("big"));
        assertThat(peer.got(0).bytes()).containsExactly(1, 2, 3);
        assertThat(peer.got(0).bytes()).isEqualTo(big);
        assertThat(peer.next().isError(4)).isTrue();
        assertThat(peer.next().isError(9)).isTrue();
        byte[] version = peer.next().bytes(3);
        assertThat(peer.send(NativePeer.sums("big", version, 0, 9)).next().bytes(2))
            .hasSize(5 * Integer.BYTES);
      }
      assertThat(Peer.get(server.port(), "big\n")).isEqualTo(big);
      assertThat(Peer.get(server.port(), "broken\n")).isEmpty();
    }
    await().untilAsserted(() -> assertThat(store.open).hasValue(0));
    assertThat(store.closed).as("closed by the server, whose it is not").isFalse();
  }

  @Test
  void readsASmallFileAgainThatChangedMeanwhileUnlessAVersionIsAskedFor() throws IOException {
    MemoryStore store = new MemoryStore(Map.of("restless", new byte[] {4, 2}));
    FileServerBuilder builder =
        FileServer.builder().store(store).socket(tcp -> tcp.port(0).loops(1));
    try (RunningServer server = builder.start();
        NativePeer peer = NativePeer.greeted(server.port())) {
      NativePeer.Got got = peer.send(get("restless")).got(0);
      assertThat(got.bytes()).containsExactly(4, 2);
      byte[] version = got.file().bytes(3);
      assertThat(peer.send(get("restless", field(2, version))).next().isError(5))
          .isTrue();
    }
  }

  @Test
  void hasOneThingToServe() {
    assertThatThrownBy(() ->
            FileServer.builder().root(root).store(new MemoryStore(Map.of())).start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("not both");
  }
}
