package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.address.Endpoint;
import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.testkit.fault.Direction;
import io.pipewright.testkit.fault.Faults;
import io.pipewright.testkit.fault.TcpFaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One file from three servers, each behind a line of its own. */
@Timeout(60)
class SeveralServersTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final int LENGTH = 90 * MEBIBYTE + 5;
  private static final int SERVERS = 3;

  @TempDir
  Path temp;

  private Path out;
  private final List<Path> roots = new ArrayList<>();
  private final List<RunningServer> servers = new ArrayList<>();
  private final List<TcpFaultProxy> lines = new ArrayList<>();
  private final byte[] content = new byte[LENGTH];
  private final List<DownloadEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    out = Files.createDirectory(temp.resolve("out"));
    new Random(LENGTH).nextBytes(content);
    for (int i = 0; i < SERVERS; i++) {
      Path root = Files.createDirectory(temp.resolve("root" + i));
      Files.write(root.resolve("a"), content);
      roots.add(root);
      servers.add(FileServer.builder().root(root).socket(tcp -> tcp.port(0)).start());
      lines.add(TcpFaultProxy.to(servers.get(i).port()).start());
    }
  }

  @AfterEach
  void stop() {
    lines.forEach(TcpFaultProxy::close);
    servers.forEach(RunningServer::close);
  }

  private Download get() {
    List<Endpoint> endpoints =
        lines.stream().map(line -> Endpoint.of("127.0.0.1", line.port())).toList();
    try (FileClient client = FileClient.builder()
        .servers(endpoints)
        .backoff(Backoff.defaults().initial(Duration.ofMillis(5)).max(Duration.ofMillis(20)))
        .retries(3)
        .fsync(false)
        .build()) {
      return client.get("a", out, events::add);
    }
  }

  private <E extends DownloadEvent> Stream<E> told(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast);
  }

  private void throttle(int... mebibytesPerSecond) {
    for (int i = 0; i < SERVERS; i++) {
      long rate = (long) mebibytesPerSecond[i] * MEBIBYTE;
      lines.get(i).faults(Faults.toClient(stream -> stream.throttle(rate)));
    }
  }

  private long bytesFrom(int line) {
    return lines.get(line).connections().stream()
        .mapToLong(connection -> connection.deliveredBytes(Direction.TO_CLIENT))
        .sum();
  }

  @Test
  void allOfThemBringPartsOfIt() throws IOException {
    throttle(30, 20, 10);
    assertThat(get())
        .isInstanceOfSatisfying(
            Download.Saved.class, saved -> assertThat(saved.bytes()).isEqualTo(LENGTH));
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(told(DownloadEvent.ServerJoined.class)).hasSize(2);
    for (int i = 0; i < SERVERS; i++) {
      assertThat(bytesFrom(i)).as("line %d", i).isGreaterThan(5 * MEBIBYTE);
    }
  }

  @Test
  void oneWithAnotherFileOfThatSizeIsLeftOut() throws IOException {
    byte[] other = content.clone();
    other[0] ^= 1;
    Files.write(roots.get(2).resolve("a"), other);
    throttle(30, 30, 5);
    lines.get(2).faults(Faults.toClient(stream -> stream.delay(Duration.ofMillis(300))));
    get();
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(told(DownloadEvent.ServerLeft.class)).singleElement().satisfies(left -> {
      assertThat(left.server()).isEqualTo(Endpoint.of("127.0.0.1", lines.get(2).port()));
      assertThat(left.why()).contains("block 0 differs");
    });
  }

  @Test
  void oneWithAFileOfAnotherSizeIsLeftOut() throws IOException {
    Files.write(roots.get(1).resolve("a"), new byte[10]);
    throttle(40, 40, 40);
    lines.get(1).faults(Faults.toClient(stream -> stream.delay(Duration.ofMillis(300))));
    get();
    assertThat(out.resolve("a")).hasBinaryContent(content);
    assertThat(told(DownloadEvent.ServerLeft.class))
        .singleElement()
        .satisfies(left -> assertThat(left.why()).contains("10 bytes"));
  }

  @Test
  void whereOneIsNotThereTheOthersDo() throws IOException {
    lines.get(0).close();
    get();
    assertThat(out.resolve("a")).hasBinaryContent(content);
  }

  @Test
  void oneThatDiesInTheMiddleIsReplacedByTheOthers() throws IOException {
    throttle(20, 20, 20);
    for (int i = 0; i < 2; i++) {
      lines
          .get(i)
          .faults((number, seed) -> Faults.toClient(
              stream -> stream.throttle(20 * MEBIBYTE).resetAfter(number < 3 ? 6 * MEBIBYTE : 0)));
    }
    get();
    assertThat(out.resolve("a")).hasBinaryContent(content);
  }
}
