package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.address.Endpoint;
import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.testkit.fault.TcpFaultProxy;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What tests of bad lines and bad servers share: files, servers, clients that lose no time, and what they were told. */
final class FaultBed {

  static final int BLOCK = 1 << 20;

  private static final int LIMIT_SECONDS = 60;

  private final Path root;
  private final Path out;
  final List<DownloadEvent> events = new CopyOnWriteArrayList<>();

  FaultBed(Path temp) throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    out = Files.createDirectory(temp.resolve("out"));
  }

  Path root() {
    return root;
  }

  /** Where downloads go. */
  Path out() {
    return out;
  }

  Path file(String name) {
    return root.resolve(name);
  }

  /** Makes a file whose every block is another one. */
  byte[] file(String name, int size) throws IOException {
    return file(root, name, size);
  }

  static byte[] file(Path folder, String name, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    Files.write(folder.resolve(name), content);
    return content;
  }

  RunningServer serve() {
    return serve(server -> {});
  }

  RunningServer serve(Consumer<FileServerBuilder> settings) {
    FileServerBuilder builder = FileServer.builder()
        .root(root)
        .socket(tcp -> tcp.port(0))
        .retryAfter(Duration.ofMillis(50));
    settings.accept(builder);
    return builder.start();
  }

  static int port(RunningServer server) {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  static Endpoint endpoint(RunningServer server) {
    return Endpoint.of("127.0.0.1", port(server));
  }

  static Endpoint endpoint(TcpFaultProxy proxy) {
    return Endpoint.of("127.0.0.1", proxy.port());
  }

  /** A client that tries again at once, and as often as it takes. */
  static FileClientBuilder client(Endpoint... servers) {
    return FileClient.builder()
        .dialect(Dialect.NATIVE)
        .servers(servers)
        .connections(Connections.exactly(1))
        .retries(1_000)
        .backoff(Backoff.defaults().initial(Duration.ofMillis(2)).max(Duration.ofMillis(20)))
        .timeout(Duration.ofSeconds(20))
        .fsync(false);
  }

  /** Downloads, for so long at most; what a download fails with is thrown. */
  Download get(FileClient client, String name) {
    return ended(client.getAsync(request(name)));
  }

  /** As {@link #get} of one that has begun. */
  static Download ended(CompletableFuture<Download> download) {
    try {
      return download.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException typed ? typed : e;
    }
  }

  DownloadRequest request(String name) {
    return DownloadRequest.of(name, out).listener(events::add);
  }

  <E extends DownloadEvent> List<E> events(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** How far it is. */
  long verifiedBytes() {
    List<DownloadEvent.Progress> progress = events(DownloadEvent.Progress.class);
    return progress.isEmpty() ? 0 : progress.get(progress.size() - 1).verifiedBytes();
  }

  /** That the file is there, whole, and nothing else. */
  static Download.Saved assertSaved(Download download, byte[] content) throws IOException {
    assertThat(download).isInstanceOf(Download.Saved.class);
    Download.Saved saved = (Download.Saved) download;
    assertThat(Files.size(saved.file())).isEqualTo(content.length);
    assertThat(Arrays.mismatch(Files.readAllBytes(saved.file()), content)).isEqualTo(-1);
    try (Stream<Path> files = Files.list(saved.file().getParent())) {
      assertThat(files).containsExactly(saved.file());
    }
    return saved;
  }

  /** That no file has the name. */
  void assertNothingSaved(String name) {
    assertThat(out.resolve(name)).doesNotExist();
  }

  /** That nobody works when nobody has anything to do: no thread of this process spins. */
  static void assertQuiet() throws InterruptedException {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long most = Duration.ofMillis(150).toNanos();
    long used = 0;
    for (int attempt = 0; attempt < 20; attempt++) { // compilers and collectors have their time too
      long before = system.getProcessCpuTime();
      TimeUnit.MILLISECONDS.sleep(300);
      used = system.getProcessCpuTime() - before;
      if (used < most) {
        return;
      }
    }
    throw new AssertionError("an idle process used " + used / 1_000_000 + " ms of 300");
  }
}
