package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.saving.DiskThreads;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.tcp.TcpClient;
import java.util.concurrent.CompletableFuture;

/** Fetches files in the plain dialect, each over a connection of its own. */
public final class PlainFetcher implements Fetcher {

  private final TcpClient tcp;
  private final FetchSettings settings;
  private final DiskThreads disk = DiskThreads.start(1); // each download's writes in order

  /**
   * @param tcp has a {@link io.pipewright.filetransfer.plain.FetchHandler} in its pipeline; closed with this
   * @param settings how to fetch
   */
  public PlainFetcher(TcpClient tcp, FetchSettings settings) {
    this.tcp = tcp;
    this.settings = settings;
  }

  @Override
  public CompletableFuture<Download> get(DownloadRequest request, FileName name) {
    return new PlainDownload(tcp, settings, disk, request, name).run();
  }

  /** What is under way fails, and nothing of it is left behind. */
  @Override
  public void close() {
    tcp.close();
    disk.close();
  }
}
