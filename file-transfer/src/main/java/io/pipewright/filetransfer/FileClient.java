package io.pipewright.filetransfer;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.download.RemoteFile;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.filetransfer.fetching.Fetcher;
import io.pipewright.filetransfer.fetching.NativeFetcher;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Refused;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Downloads files, from one server or from several that have the same files. Thread-safe.
 *
 * <pre>{@code
 * try (FileClient client = FileClient.builder().servers(Endpoint.of("files.example", 8080)).build()) {
 *   Download download = client.get("reports/2024.pdf", Path.of("."), ProgressListener.NONE);
 * }
 * }</pre>
 *
 * <p>A file is written under a hidden name in its folder and renamed when it is whole: under its own name there is the file
 * that was there before, or the new one, at every moment.
 *
 * <p>In the native dialect every block is verified as it comes. A cut connection is opened again and goes on; a download that ended
 * in the middle, however it ended, goes on where it was when the same file is asked for again into the same folder. The plain dialect
 * has neither lengths nor errors: what ends in order is whole, and what ends in order without a byte is a refusal.
 *
 * <p>Whoever built it closes it.
 */
public final class FileClient implements AutoCloseable {

  private final Fetcher fetcher;

  FileClient(Fetcher fetcher) {
    this.fetcher = fetcher;
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
    return fetcher.get(request, (FileName) naming);
  }

  /**
   * Downloads a folder with all below it, and waits for it. Many small files come over few connections, larger ones by
   * themselves. What is here already, as far as size and time tell, is not fetched again. A file that cannot be had does not end
   * it; the result tells.
   *
   * @param folder the folder as the server knows it; empty for the root
   * @param out an existing folder: what is fetched is saved below it, under the last component of the folder's name
   * @param listener is told what happens to each file
   * @return what came of it
   * @throws io.pipewright.ConnectFailedException if no server can be reached
   * @throws io.pipewright.filetransfer.download.DownloadException if the folder cannot be listed, or the server gets lost
   * @throws UnsupportedOperationException in the plain dialect, which knows no folders
   */
  public TreeDownload getTree(String folder, Path out, ProgressListener listener) {
    return waitFor(getTreeAsync(folder, out, listener));
  }

  /** As {@link #getTree}, without waiting; failed with what it throws. Cancelling it stops it. */
  public CompletableFuture<TreeDownload> getTreeAsync(
      String folder, Path out, ProgressListener listener) {
    if (folder.isEmpty()) {
      return natively().getTree(Optional.empty(), out, listener);
    }
    return FileName.parse(folder) instanceof FileName name
        ? natively().getTree(Optional.of(name), out, listener)
        : noName(folder);
  }

  /**
   * Asks what a file is.
   *
   * @param name the name as the server knows it
   * @return what the first server that answers says
   * @throws io.pipewright.ConnectFailedException if no server can be reached
   * @throws DownloadRefusedException if the server gives no such file
   * @throws UnsupportedOperationException in the plain dialect, which cannot ask
   */
  public RemoteFile stat(String name) {
    return waitFor(statAsync(name));
  }

  /** As {@link #stat}, without waiting; failed with what it throws. */
  public CompletableFuture<RemoteFile> statAsync(String name) {
    return FileName.parse(name) instanceof FileName known ? natively().stat(known) : noName(name);
  }

  /**
   * Lists a folder, page by page: ask again behind the last name as long as there are more.
   *
   * @param folder the folder as the server knows it; empty for the root
   * @param after the name behind which the page begins; empty for the first page
   * @return a page, sorted by the bytes of the names
   * @throws io.pipewright.ConnectFailedException if no server can be reached
   * @throws DownloadRefusedException if the server gives no such folder
   * @throws UnsupportedOperationException in the plain dialect, which cannot ask
   */
  public Entries list(String folder, String after) {
    return waitFor(listAsync(folder, after));
  }

  /** As {@link #list}, without waiting; failed with what it throws. */
  public CompletableFuture<Entries> listAsync(String folder, String after) {
    Optional<String> behind = Optional.of(after).filter(name -> !name.isEmpty());
    if (folder.isEmpty()) {
      return natively().list(Optional.empty(), behind);
    }
    return FileName.parse(folder) instanceof FileName name
        ? natively().list(Optional.of(name), behind)
        : noName(folder);
  }

  /**
   * Reads a range of a file: every block of it is verified before a byte of it is handed on, and all are of one version. One block
   * is in memory at most.
   *
   * @param name the name as the server knows it
   * @param offset the first byte, 0 or more
   * @param length how many bytes, 0 or more; they must lie within the file
   * @param target is written to in order, on a thread that may wait; it stays the caller's to close
   * @return how many bytes were written: all of them
   * @throws io.pipewright.ConnectFailedException if the first server cannot be reached
   * @throws io.pipewright.filetransfer.download.DownloadException if it ends in the middle, the target fails, or the range does not
   *     lie within the file
   * @throws UnsupportedOperationException in the plain dialect, which knows no ranges
   */
  public long read(String name, long offset, long length, WritableByteChannel target) {
    return waitFor(readAsync(name, offset, length, target));
  }

  /** As {@link #read}, without waiting; failed with what it throws. */
  public CompletableFuture<Long> readAsync(
      String name, long offset, long length, WritableByteChannel target) {
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("no file has " + length + " bytes from byte " + offset);
    }
    return FileName.parse(name) instanceof FileName known
        ? natively().read(known, offset, length, target)
        : noName(name);
  }

  private NativeFetcher natively() {
    if (fetcher instanceof NativeFetcher able) {
      return able;
    }
    throw new UnsupportedOperationException(
        "the plain dialect knows neither folders nor ranges: use Dialect.NATIVE");
  }

  private static <T> CompletableFuture<T> noName(String name) {
    String why = ((Refused) FileName.parse(name)).reason();
    return CompletableFuture.failedFuture(
        new DownloadRefusedException(name, "every server", why, Optional.empty(), null));
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

  /**
   * Gives up what is under way, and waits until it is left in order, for some seconds at most. What is verified is kept for the next
   * try; the plain dialect keeps nothing.
   */
  @Override
  public void close() {
    fetcher.close();
  }
}
