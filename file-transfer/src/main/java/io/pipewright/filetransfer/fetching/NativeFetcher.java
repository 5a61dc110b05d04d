package io.pipewright.filetransfer.fetching;

import io.netty.util.concurrent.EventExecutor;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.download.RemoteFile;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.saving.DiskThreads;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.tcp.TcpClient;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
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
  private final Map<Runnable, CompletableFuture<?>> running = new ConcurrentHashMap<>();

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
    return track(download.run(), download::stop);
  }

  /**
   * Fetches a folder with all below it.
   *
   * @param folder which; none for the root
   * @param out an existing folder
   * @param listener is told of each file
   * @return what came of it; cancelling it stops it
   */
  public CompletableFuture<TreeDownload> getTree(
      Optional<FileName> folder, Path out, ProgressListener listener) {
    TreeFetch tree = new TreeFetch(workplace, folder, out, listener);
    return track(tree.run(), tree::stop);
  }

  private <T> CompletableFuture<T> track(CompletableFuture<T> result, Runnable stop) {
    running.put(stop, result);
    result.whenComplete((done, cause) -> running.remove(stop));
    return result;
  }

  /**
   * Asks what a file is: the servers one after another, until one answers.
   *
   * @param name which
   */
  public CompletableFuture<RemoteFile> stat(FileName name) {
    return askServers(name.toString(), connection -> connection.stat(name))
        .thenApply(facts ->
            new RemoteFile(name.toString(), facts.size(), facts.lastModified(), facts.version()));
  }

  /**
   * Asks for a page of a folder: the servers one after another, until one answers.
   *
   * @param folder which; none for the root
   * @param after the name behind which the page begins; none for the first
   */
  public CompletableFuture<Entries> list(Optional<FileName> folder, Optional<String> after) {
    return askServers(
            folder.map(FileName::toString).orElse("/"),
            connection -> connection.list(folder, after, OptionalInt.empty()))
        .thenApply(page -> new Entries(page.entries(), page.more()));
  }

  /**
   * Reads a range of a file, verified, from the first server.
   *
   * @param name which file
   * @param offset the first byte
   * @param length how many, within the file
   * @param target is written on a thread that may wait
   * @return how many bytes were written
   */
  public CompletableFuture<Long> read(
      FileName name, long offset, long length, WritableByteChannel target) {
    Server server = workplace.servers().get(0);
    return new RangeRead(workplace, server, name, offset, length, target).run();
  }

  private <T> CompletableFuture<T> askServers(
      String name, Function<NativeConnection, CompletableFuture<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    askServers(workplace.servers().iterator(), name, question, answer);
    return answer;
  }

  private <T> void askServers(
      Iterator<Server> servers,
      String name,
      Function<NativeConnection, CompletableFuture<T>> question,
      CompletableFuture<T> answer) {
    Server server = servers.next();
    Asking.of(workplace, server, question).whenComplete((said, cause) -> {
      if (cause == null) {
        answer.complete(said);
      } else if (servers.hasNext()) {
        askServers(servers, name, question, answer);
      } else {
        answer.completeExceptionally(Causes.forUser(name, server, false, cause, 0));
      }
    });
  }

  /** What is under way is stopped, and what is verified of it is kept. */
  @Override
  public void close() {
    running.keySet().forEach(Runnable::run);
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
