package io.pipewright.filetransfer.fetching;

import io.netty.util.concurrent.EventExecutor;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.saving.DiskThreads;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches files in the native dialect. Everything is decided on one event loop, the one that carries the connections unless the
 * user lent several; two more threads wait for the disk.
 */
public final class NativeFetcher implements Fetcher {

  private static final int DISK_THREADS = 2;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(NativeFetcher.class);

  private final Workplace workplace;
  private final Map<FileDownload, CompletableFuture<?>> running = new ConcurrentHashMap<>();

  /**
   * @param servers each a client of the same event loops, which are the first one's; closed with this
   * @param settings how to fetch
   * @param secret what to show the servers
   */
  public NativeFetcher(List<TcpClient> servers, FetchSettings settings, Optional<Secret> secret) {
    EventExecutor loop = servers.get(0).eventLoops().group().next();
    DiskThreads disk = DiskThreads.start(DISK_THREADS);
    List<Server> all = servers.stream()
        .map(tcp -> new Server(tcp, secret, settings.timeout(), disk))
        .toList();
    this.workplace = new Workplace(settings, all, loop, disk);
  }

  @Override
  public CompletableFuture<Download> get(DownloadRequest request, FileName name) {
    FileDownload download = new FileDownload(workplace, request, name);
    CompletableFuture<Download> result = download.run();
    running.put(download, result);
    result.whenComplete((done, cause) -> running.remove(download));
    return result;
  }

  /** What is under way is stopped, and what is verified of it is kept. */
  @Override
  public void close() {
    running.keySet().forEach(FileDownload::stop);
    awaitUnfinished();
    for (int i = workplace.servers().size() - 1; i >= 0; i--) {
      workplace.servers().get(i).close(); // the first one's event loops last
    }
    workplace.disk().close();
  }

  private void awaitUnfinished() {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.values().toArray(new CompletableFuture<?>[0]));
    try {
      if (!workplace.loop().inEventLoop()) {
        all.get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      log.warn("the disk takes long; what was downloaded may have to be read again");
    } catch (ExecutionException e) {
      log.trace("stopped downloads fail", e);
    }
  }
}
