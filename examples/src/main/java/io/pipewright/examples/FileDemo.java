package io.pipewright.examples;

import static io.pipewright.examples.DemoPart.check;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.examples.DemoTable.Result;
import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.FileServer;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The file service, on a temporary folder that is gone when the demo is. */
final class FileDemo implements DemoPart {

  private static final String NAME = "demo.bin";
  private static final int BLOCK_BYTES = 1 << 20;
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final long sizeBytes;
  private final boolean showProgress;
  private final Path temporary;
  private final Path shared;
  private final Path downloads;
  private final Thread cleaning;
  private final RunningServer server;
  private byte[] digest;

  /**
   * @param sizeBytes of the file
   * @param showProgress whether somebody watches
   */
  FileDemo(long sizeBytes, boolean showProgress) {
    this.sizeBytes = sizeBytes;
    this.showProgress = showProgress;
    try {
      temporary = Files.createTempDirectory("pipewright-demo-");
      cleaning = new Thread(this::deleteInHook); // somebody may press Ctrl-C
      Runtime.getRuntime().addShutdownHook(cleaning);
      shared = Files.createDirectory(temporary.resolve("shared"));
      downloads = Files.createDirectory(temporary.resolve("downloads"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = serve(0);
  }

  private RunningServer serve(int port) {
    return FileServer.builder().root(shared).socket(tcp -> tcp.port(port)).start();
  }

  @Override
  public void introduce(DemoTable table) {
    table.section("File transfer · " + DemoPart.place(server), DemoPart.reasons(server));
  }

  @Override
  public void drive(DemoTable table) {
    table.step("a file of random bytes", "real content, nothing sparse or cached", this::create);
    table.step("downloaded", "renamed into place when it is whole", this::download);
    table.step("its SHA-256, at both ends", "", this::compare);
    table.step("a file that is not there", "is refused, and leaves nothing behind", this::missing);
  }

  private Result create() throws IOException {
    long began = System.nanoTime();
    MessageDigest sha256 = sha256();
    SplittableRandom random = new SplittableRandom(began);
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(shared.resolve(NAME));
        Progress progress = new Progress("creating")) {
      for (long written = 0; written < sizeBytes; ) {
        random.nextBytes(block);
        int length = (int) Math.min(block.length, sizeBytes - written);
        out.write(block, 0, length);
        sha256.update(block, 0, length);
        written += length;
        progress.saved(written);
      }
    }
    digest = sha256.digest();
    return new Result(Figures.bytes(sizeBytes), Figures.rate(sizeBytes, since(began)));
  }

  private Result download() {
    try (FileClient client = connect();
        Progress progress = new Progress("downloading")) {
      Download download = client.get(NAME, downloads, progress);
      check(download instanceof Download.Saved, "the server gave no file: " + download);
      Download.Saved saved = (Download.Saved) download;
      check(saved.bytes() == sizeBytes, saved.bytes() + " bytes came, not " + sizeBytes);
      return new Result(Figures.bytes(saved.bytes()), Figures.rate(sizeBytes, saved.took()));
    }
  }

  private Result compare() throws IOException {
    long began = System.nanoTime();
    byte[] arrived = sha256(downloads.resolve(NAME));
    check(Arrays.equals(arrived, digest), "another file has arrived than was sent");
    String hex = HexFormat.of().formatHex(arrived);
    return new Result(
        "256 bits", Figures.time(since(began)), "the same, " + hex.substring(0, 24) + "…");
  }

  private Result missing() throws IOException {
    long began = System.nanoTime();
    try (FileClient client = connect()) {
      Download download = client.get("no-such-file", downloads, ProgressListener.NONE);
      check(download instanceof Download.Refused, "the server gave something: " + download);
    }
    check(names(downloads).equals(List.of(NAME)), "left behind: " + names(downloads));
    return new Result("0 bytes", Figures.time(since(began)));
  }

  private FileClient connect() {
    return FileClient.builder().socket(tcp -> tcp.port(server.port())).build();
  }

  @Override
  public void stop(DemoTable table) {
    table.step(
        "file transfer restarts amid a download", "which goes on at the next one", this::restart);
  }

  /** The server sends the block under way and tells the client to come back; the next server on that port gives it the rest. */
  private Result restart() throws Exception {
    Files.delete(downloads.resolve(NAME)); // what is here already would not be fetched again
    CompletableFuture<Void> underWay = new CompletableFuture<>();
    try (FileClient client = connect()) {
      CompletableFuture<Download> download = client.getAsync(
          DownloadRequest.of(NAME, downloads).listener(event -> underWay.complete(null)));
      CompletableFuture.anyOf(underWay, download).get(GRACE.toSeconds(), TimeUnit.SECONDS);
      DrainReport report = server.drain(GRACE);
      check(report.clean(), "the download was cut: " + report);
      try (RunningServer next = serve(server.port())) {
        check(
            download.get(GRACE.toSeconds(), TimeUnit.SECONDS) instanceof Download.Saved,
            "the download was given up at " + DemoPart.place(next));
      }
      check(
          Files.mismatch(shared.resolve(NAME), downloads.resolve(NAME)) < 0,
          "another file has arrived than was sent");
      return new Result("2 servers", Figures.time(report.took()), report.toString());
    }
  }

  private static byte[] sha256(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    byte[] block = new byte[BLOCK_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        sha256.update(block, 0, read);
      }
    }
    return sha256.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  @Override
  public void close() {
    server.close();
    try {
      delete(temporary);
      Runtime.getRuntime().removeShutdownHook(cleaning);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + temporary, e);
    } catch (IllegalStateException e) {
      // the process is ending, and the hook runs already
    }
  }

  /** The demo still runs meanwhile and may make a file: that is why once may not be enough. */
  private void deleteInHook() {
    for (int i = 0; i < 3; i++) {
      try {
        delete(temporary);
        return;
      } catch (IOException e) {
        // again, or for the system's own cleaning
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause(); // what the stream had to wrap
    }
  }

  /** A bar that is cleared when it is done and leaves no empty line behind. */
  private static final class QuietEnd extends ConsoleProgressBarConsumer {

    QuietEnd(PrintStream out) {
      super(out);
    }

    @Override
    public void close() {}
  }

  /** A bar at a terminal, and nothing where nobody watches. */
  private final class Progress implements ProgressListener, AutoCloseable {

    private final ProgressBar bar;

    Progress(String task) {
      bar = !showProgress
          ? null
          : new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(sizeBytes)
              .setUnit(" MiB", BLOCK_BYTES)
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis(50)
              .setMaxRenderedLength(79)
              // not standard error, which may be a file though somebody watches standard output
              .setConsumer(new QuietEnd(System.out))
              .clearDisplayOnFinish() // the row comes in its place
              .build();
    }

    @Override
    public void event(DownloadEvent event) {
      if (event instanceof DownloadEvent.Progress progress) {
        saved(progress.verifiedBytes());
      }
    }

    void saved(long bytes) {
      if (bar != null) {
        bar.stepTo(bytes);
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
