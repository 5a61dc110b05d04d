package io.pipewright.filetransfer;

import io.netty.channel.Channel;
import io.pipewright.filetransfer.plain.FetchHandler;
import io.pipewright.filetransfer.plain.Fetched;
import io.pipewright.filetransfer.saving.DiskWriter;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.tcp.TcpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads files from one server, each over a connection of its own. Thread-safe.
 *
 * <pre>{@code
 * try (FileClient client = FileClient.builder().socket(tcp -> tcp.host("files.example")).build()) {
 *   Download download = client.get("reports/2024.pdf", Path.of("."), ProgressListener.NONE);
 * }
 * }</pre>
 *
 * <p>A file is written under a hidden name in its folder and renamed when it is whole: under its own name there is the file
 * that was there before, or the new one, at every moment. The plain dialect has neither lengths nor errors: what ends in order
 * is whole, and what ends in order without a byte is a refusal.
 *
 * <p>Whoever built it closes it; that gives up what is under way and leaves nothing of it behind.
 */
public final class FileClient implements AutoCloseable {

  private static final long CLOSE_LIMIT_SECONDS = 5;

  private static final Logger log = LoggerFactory.getLogger(FileClient.class);

  private final TcpClient tcp;
  private final Duration timeout;
  private final ExecutorService disk = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "file-writer");
    thread.setDaemon(true);
    return thread;
  });

  FileClient(TcpClient tcp, Duration timeout) {
    this.tcp = tcp;
    this.timeout = timeout;
  }

  /** A builder with every default but the server: 30 s of silence at most, a transport that suits files. */
  public static FileClientBuilder builder() {
    return new FileClientBuilder();
  }

  /**
   * Downloads a file and waits for it.
   *
   * @param name the name as the server knows it, with folders if it has any: {@code a/b.txt}
   * @param folder an existing folder; the file is saved there under the last component of its name, replacing what has it
   * @param listener is told how the download comes on
   * @return the file, or that the server gave none
   * @throws io.pipewright.ConnectFailedException if the server cannot be reached
   * @throws DownloadTimedOutException if it is silent for too long
   * @throws DownloadBrokenException if the connection breaks before the file's end
   * @throws CannotSaveException if the file cannot be written
   */
  public Download get(String name, Path folder, ProgressListener listener) {
    try {
      return getAsync(name, folder, listener).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
  }

  /**
   * As {@link #get}, without waiting.
   *
   * @param name the name as the server knows it
   * @param folder an existing folder
   * @param listener is told how the download comes on
   * @return what {@link #get} returns, or failed with what it throws
   */
  public CompletableFuture<Download> getAsync(String name, Path folder, ProgressListener listener) {
    Naming naming = FileName.parse(name);
    if (naming instanceof Refused refused) {
      return CompletableFuture.completedFuture(new Download.Refused(name, refused.reason()));
    }
    FileName wanted = (FileName) naming;
    long begin = System.nanoTime();
    return CompletableFuture.runAsync(() -> checkFolder(name, folder), disk)
        .thenCompose(checked -> tcp.connectAsync())
        .thenCompose(channel -> fetch(channel, wanted, folder, listener))
        .thenApply(fetched -> download(name, folder, fetched, begin));
  }

  /** Before the server is troubled. That it may still fail later goes without saying. */
  private static void checkFolder(String name, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CannotSaveException(name, folder, "there is no such folder", null);
    }
    if (!Files.isWritable(folder)) {
      throw new CannotSaveException(name, folder, "this process may not write there", null);
    }
  }

  private CompletableFuture<Fetched> fetch(
      Channel channel, FileName name, Path folder, ProgressListener listener) {
    DiskWriter writer = new DiskWriter(channel, folder, name.last(), disk, safe(listener));
    return CompletableFuture.supplyAsync(() -> ask(channel, name, writer), channel.eventLoop())
        .thenCompose(fetched -> fetched);
  }

  private static CompletableFuture<Fetched> ask(Channel channel, FileName name, DiskWriter writer) {
    FetchHandler handler = channel.pipeline().get(FetchHandler.class);
    return handler == null // the connection is closed already, and its pipeline taken apart
        ? CompletableFuture.completedFuture(new Fetched.Broken(0, null))
        : handler.fetch(channel.pipeline().context(handler), name, writer);
  }

  /** A listener that fails is told no more, and the download goes on. */
  private static LongConsumer safe(ProgressListener listener) {
    AtomicBoolean failed = new AtomicBoolean();
    return bytes -> {
      try {
        if (!failed.get()) {
          listener.saved(bytes);
        }
      } catch (RuntimeException e) {
        failed.set(true);
        log.warn("a progress listener failed: {}", e.toString());
      }
    };
  }

  private Download download(String name, Path folder, Fetched fetched, long begin) {
    if (fetched instanceof Fetched.Whole whole) {
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      return new Download.Saved(name, whole.file().path(), whole.file().bytes(), took);
    }
    if (fetched instanceof Fetched.TimedOut timedOut) {
      throw new DownloadTimedOutException(name, timedOut.bytes(), timeout);
    }
    if (fetched instanceof Fetched.Broken broken) {
      throw new DownloadBrokenException(name, broken.bytes(), broken.cause());
    }
    if (fetched instanceof Fetched.NotSaved notSaved) {
      String why = notSaved.cause().getMessage();
      throw new CannotSaveException(name, folder, why, notSaved.cause());
    }
    return new Download.Refused(
        name,
        "nothing came: it is refused, missing or empty, which the plain dialect cannot tell apart");
  }

  /** Gives up what is under way, removes what there is of it, and waits for that, for 5 s or so at most. */
  @Override
  public void close() {
    tcp.close();
    disk.shutdown();
    try {
      if (!disk.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the disk takes long; a hidden .part file may stay behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
