package io.pipewright.filetransfer;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.fetching.FetchSettings;
import io.pipewright.filetransfer.fetching.PlainDownload;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.tcp.TcpClient;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
  private final FetchSettings settings;
  private final ExecutorService disk = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "file-writer");
    thread.setDaemon(true);
    return thread;
  });

  FileClient(TcpClient tcp, FetchSettings settings) {
    this.tcp = tcp;
    this.settings = settings;
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
   * @throws io.pipewright.filetransfer.download.DownloadException if it ends in the middle; the kind says why
   */
  public Download get(String name, Path folder, ProgressListener listener) {
    return get(DownloadRequest.of(name, folder).listener(listener));
  }

  /**
   * As {@link #get(String, Path, ProgressListener)}.
   *
   * @param request what is wanted
   * @return the file, or that the server gave none
   */
  public Download get(DownloadRequest request) {
    return waitFor(getAsync(request));
  }

  /**
   * As {@link #get(DownloadRequest)}, without waiting.
   *
   * @param request what is wanted
   * @return what {@code get} returns, or failed with what it throws
   */
  public CompletableFuture<Download> getAsync(DownloadRequest request) {
    Naming naming = FileName.parse(request.name());
    if (naming instanceof Refused refused) {
      return CompletableFuture.completedFuture(
          new Download.Refused(request.name(), refused.reason()));
    }
    return new PlainDownload(tcp, settings, disk, request, (FileName) naming).run();
  }

  private static <T> T waitFor(CompletableFuture<T> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException typed) {
        throw typed;
      }
      throw e;
    }
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
