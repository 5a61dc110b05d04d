package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.store.FileName;
import java.util.concurrent.CompletableFuture;

/** Fetches files in one of the dialects. Thread-safe. */
public interface Fetcher extends AutoCloseable {

  /**
   * Fetches a file.
   *
   * @param request what is wanted
   * @param name its name, as far as spelling goes
   * @return what came of it; cancelling it stops it
   */
  CompletableFuture<Download> get(DownloadRequest request, FileName name);

  /** Gives up what is under way, and waits until everything is left in order, for some seconds at most. */
  @Override
  void close();
}
