package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pipewright.ConfigurationException;
import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.plain.NameTiming;
import io.pipewright.filetransfer.plain.PlainService;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The server against plain sockets, on every transport that the machine has. */
@ParameterizedClass
@MethodSource("io.pipewright.filetransfer.Transports#here")
@Timeout(60)
class FileServerTest {

  private static final NameTiming SHORT =
      new NameTiming(Duration.ofMillis(50), Duration.ofMillis(400), Duration.ofSeconds(2));

  /** More than the sockets' buffers of both ends hold together. */
  private static final byte[] BIG = randomBytes(30_000_000);

  private final Transport transport;
  private final byte[] content = randomBytes(1_000_000);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @TempDir
  Path temp;

  private Path root;
  private RunningServer server;

  FileServerTest(Transport transport) {
    this.transport = transport;
  }

  @BeforeEach
  void serve() throws IOException {
    root = Files.createDirectories(temp.resolve("root/sub")).getParent();
    Files.write(root.resolve("a.bin"), content);
    Files.write(root.resolve("sub/b.bin"), content);
    Files.createFile(root.resolve("empty"));
    Files.writeString(temp.resolve("secret"), "outside");
    logged.start();
    serviceLog().addAppender(logged);
    serviceLog().setLevel(Level.INFO);
    serviceLog().setAdditive(false);
    start(Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() {
    server.close();
    serviceLog().detachAppender(logged);
    serviceLog().setLevel(null);
    serviceLog().setAdditive(true);
  }

  private void start(Duration idleTimeout) {
    if (server != null) {
      server.close();
    }
    server = FileServer.builder()
        .root(root)
        .socket(tcp -> tcp.port(0).transport(transport).loops(1))
        .idleTimeout(idleTimeout)
        .nameTiming(SHORT)
        .start();
    assertThat(server.transport()).isEqualTo(transport.toString());
  }

  @Test
  void sendsTheBytesAndClosesHoweverTheNameEnds() throws IOException {
    assertThat(Peer.get(server.port(), "a.bin")).isEqualTo(content);
    assertThat(Peer.get(server.port(), "a.bin\n")).isEqualTo(content);
    assertThat(Peer.get(server.port(), "a.bin\r\n")).isEqualTo(content);
    try (Peer peer = new Peer(server.port())) {
      assertThat(peer.send("a.bin").finishSending().readAll()).isEqualTo(content);
    }
    assertThat(Peer.get(server.port(), "sub/b.bin\n")).isEqualTo(content);
  }

  @Test
  void takesANameInPieces() throws IOException {
    try (Peer peer = new Peer(server.port())) {
      for (byte piece : "sub/b.bin".getBytes(StandardCharsets.UTF_8)) {
        peer.send(new byte[] {piece});
      }
      assertThat(peer.readAll()).isEqualTo(content);
    }
    try (Peer peer = new Peer(server.port())) {
      peer.send("a.b");
      pause(150); // longer than a name takes to settle: it has been looked up in vain
      peer.send("in\r");
      pause(150);
      peer.send("\n");
      assertThat(peer.readAll()).isEqualTo(content);
    }
  }

  @Test
  void refusesWithoutAByteAndSaysWhyInItsLogAlone() throws IOException {
    assertRefused("missing\n", "refused \"missing\" to 127.0.0.1:", "there is no such file");
    assertRefused("missing", "there is no such file");
    assertRefused("../secret\n", "the component ..");
    assertRefused("sub/../../secret", "the component ..");
    assertRefused("/etc/passwd\n", "absolute");
    assertRefused("sub\n", "it is a folder");
    assertRefused("a\u001b[2J\n", "\"a\\x1b[2J\"", "control character");
    assertRefused("\n", "empty");
    Files.createSymbolicLink(root.resolve("link"), temp.resolve("secret"));
    assertRefused("link\n", "it is a link");
  }

  @Test
  void sendsNothingForAnEmptyFileAndLogsNoRefusal() throws IOException {
    assertThat(Peer.get(server.port(), "empty\n")).isEmpty();
    assertThat(logged.list).isEmpty();
    await().atMost(Duration.ofSeconds(2)).until(() -> server.connections() == 0);
  }

  @Test
  void refusesAtOnceWhatCanBeNoName() throws IOException {
    long begin = System.nanoTime();
    assertRefused("x".repeat(1025), "too long");
    assertRefused("x".repeat(100_000), "too long");
    assertThat(Peer.get(server.port(), "\0anything"))
        .as("no plain name, nor native")
        .isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void refusesANameThatIsDrippedForTooLong() throws IOException {
    AtomicBoolean refused = new AtomicBoolean();
    try (Peer peer = new Peer(server.port())) {
      CompletableFuture<Void> dripping = CompletableFuture.runAsync(() -> {
        while (!refused.get()) {
          peer.sendOrGiveUp("x");
          pause(100);
        }
      });
      assertThat(peer.readAll()).isEmpty();
      refused.set(true);
      dripping.join();
    }
    assertThat(logged.list).last().asString().contains("the name took longer than 2 s");
  }

  @Test
  void ignoresWhatComesAfterTheNameAndStillSendsEveryByte() throws IOException {
    try (Peer peer = new Peer(server.port())) {
      peer.send("a.bin\n" + "x".repeat(200_000));
      assertThat(peer.readAll()).isEqualTo(content);
    }
  }

  @Test
  void endsAConnectionThatAsksForNothing() throws IOException {
    start(Duration.ofMillis(300));
    try (Peer silent = new Peer(server.port());
        Peer leaving = new Peer(server.port())) {
      assertThat(leaving.finishSending().readAll()).isEmpty();
      assertThat(silent.readAll()).isEmpty();
    }
    awaitNoConnections();
  }

  @Test
  void endsAPeerThatNeverReadsAndNotOneThatReadsSlowly() throws IOException {
    Files.write(root.resolve("big"), BIG);
    start(Duration.ofMillis(700));
    try (Peer deaf = new Peer(server.port());
        Peer slow = new Peer(server.port())) {
      deaf.send("big\n");
      slow.send("big\n");
      int read = 0;
      for (int i = 0; i < 10; i++) {
        read += slow.read(2_000_000).length;
        pause(150);
      }
      assertThat(read + slow.readAll().length).isEqualTo(BIG.length);
      assertThatThrownBy(deaf::readAll).isInstanceOf(SocketException.class);
    }
    awaitNoConnections();
  }

  @Test
  void resetsInsteadOfEndingWhenTheFileBecomesShorterMeanwhile() throws IOException {
    Path big = Files.write(root.resolve("big"), BIG);
    try (Peer peer = new Peer(server.port())) {
      peer.send("big\n").read(1);
      try (FileChannel file = FileChannel.open(big, StandardOpenOption.WRITE)) {
        file.truncate(20_000_000);
      }
      assertThatThrownBy(peer::readAll).isInstanceOf(SocketException.class);
    }
    awaitNoConnections();
    assertThat(logged.list).last().asString().contains("could not send the whole of \"big\"");
    assertThat(Peer.get(server.port(), "a.bin\n")).isEqualTo(content);
  }

  @Test
  void resetsInsteadOfEndingWhenItIsClosedInTheMiddle() throws IOException {
    Files.write(root.resolve("big"), BIG);
    try (Peer peer = new Peer(server.port())) {
      peer.send("big\n").read(1);
      server.close();
      assertThatThrownBy(peer::readAll).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void finishesWhatItSendsWhenItDrains() throws Exception {
    Files.write(root.resolve("big"), BIG);
    try (Peer peer = new Peer(server.port());
        Peer idle = new Peer(server.port())) {
      peer.send("big\n").read(1);
      pause(600); // longer than a drain takes to call a connection without traffic idle
      CompletableFuture<DrainReport> drained = server.drainAsync(Duration.ofSeconds(20));
      assertThat(idle.readAll()).isEmpty();
      assertThat(peer.readAll()).hasSize(BIG.length - 1);
      peer.finishSending();
      DrainReport report = drained.get(20, TimeUnit.SECONDS);
      assertThat(report.finished()).isEqualTo(1);
      assertThat(report.forced()).isZero();
    }
  }

  @Test
  void serves200ClientsAtOnceAndLeavesNoFileOpen() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(200);
    try {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String name = (i % 2 == 0 ? "a.bin" : "sub/b.bin") + (i % 3 == 0 ? "\n" : "");
        answers.add(threads.submit(() -> Peer.get(server.port(), name)));
      }
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get(40, TimeUnit.SECONDS)).isEqualTo(content);
      }
    } finally {
      threads.shutdownNow();
    }
    awaitNoConnections();
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "descriptors can be looked at here");
    await().untilAsserted(() -> assertThat(openFilesBelowRoot()).isEmpty());
  }

  @Test
  void closesItsFolderWhenItHasStopped() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "descriptors can be looked at here");
    server.close();
    await().untilAsserted(() -> {
      try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
        assertThat(descriptors.filter(this::isRoot)).isEmpty();
      }
    });
  }

  @Test
  void saysWhatIsWrongWithItsSettings() {
    assertThatThrownBy(() -> FileServer.builder().start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("root");
    assertThatThrownBy(() -> FileServer.builder().root(temp.resolve("nowhere")).start())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("there is no such folder");
    assertThatThrownBy(() -> FileServer.builder().workers(0))
        .isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> FileServer.builder().idleTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(ConfigurationException.class);
  }

  private void assertRefused(String request, String... reasons) throws IOException {
    logged.list.clear();
    assertThat(Peer.get(server.port(), request)).isEmpty();
    assertThat(logged.list).hasSize(1).first().asString().contains(reasons);
  }

  private void awaitNoConnections() {
    await().untilAsserted(() -> assertThat(server.connections()).isZero());
  }

  private List<Path> openFilesBelowRoot() throws IOException {
    List<Path> open = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        Path target = targetOf(descriptor);
        if (target.startsWith(root) && !target.equals(root)) {
          open.add(target);
        }
      }
    }
    return open;
  }

  private boolean isRoot(Path descriptor) {
    return targetOf(descriptor).equals(root);
  }

  private static Path targetOf(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor; // closed meanwhile
    }
  }

  private static Logger serviceLog() {
    return (Logger) org.slf4j.LoggerFactory.getLogger(PlainService.class);
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  /** A pause that the peer makes: its length is what is tested. */
  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
