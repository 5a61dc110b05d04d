package io.pipewright.filetransfer.fetching;

import io.netty.channel.Channel;
import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.CannotSaveException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadBrokenException;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.plain.FetchHandler;
import io.pipewright.filetransfer.plain.Fetched;
import io.pipewright.filetransfer.saving.DiskWriter;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.NativePath;
import io.pipewright.tcp.TcpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One file in the plain dialect: a connection of its own, one try, and the file that is here is replaced. The dialect has
 * neither lengths nor errors: what ends in order is whole, and what ends in order without a byte is a refusal.
 */
public final class PlainDownload {

  private static final int ONE_CONNECTION = 1;

  private final TcpClient tcp;
  private final FetchSettings settings;
  private final Executor disk;
  private final DownloadRequest request;
  private final FileName name;
  private final Telling telling;
  private final long begin = System.nanoTime();

  /**
   * @param tcp connects to the server, with a {@link FetchHandler} in the pipeline
   * @param settings how long the server may be silent
   * @param disk runs tasks one after another
   * @param request what is wanted
   * @param name its name, as far as spelling goes
   */
  public PlainDownload(
      TcpClient tcp,
      FetchSettings settings,
      Executor disk,
      DownloadRequest request,
      FileName name) {
    this.tcp = tcp;
    this.settings = settings;
    this.disk = disk;
    this.request = request;
    this.name = name;
    this.telling = new Telling(request.listener(), System::nanoTime);
  }

  /**
   * Fetches it. Called once.
   *
   * @return the file, or that the server gave none; or failed
   */
  public CompletableFuture<Download> run() {
    return CompletableFuture.runAsync(this::checkFolder, disk)
        .thenCompose(checked -> tcp.connectAsync())
        .thenCompose(this::fetch)
        .thenApply(this::download)
        .whenComplete(this::tellTheEnd);
  }

  private void tellTheEnd(Download download, Throwable failure) {
    if (download != null) {
      telling.tell(new DownloadEvent.Finished(download));
    } else if (failure.getCause() instanceof PipewrightException reason) {
      telling.tell(new DownloadEvent.Failed(request.name(), reason));
    }
  }

  /** Before the server is troubled. That it may still fail later goes without saying. */
  private void checkFolder() {
    if (!Files.isDirectory(request.folder())) {
      throw cannotSave("there is no such folder", null);
    }
    if (!Files.isWritable(request.folder())) {
      throw cannotSave("this process may not write there", null);
    }
  }

  private CannotSaveException cannotSave(String why, Throwable cause) {
    return new CannotSaveException(request.name(), request.folder(), why, cause);
  }

  private CompletableFuture<Fetched> fetch(Channel channel) {
    Path file = request.folder().resolve(NativePath.of(name.last()));
    telling.tell(new DownloadEvent.Begun(request.name(), file, OptionalLong.empty(), 0));
    DiskWriter writer =
        new DiskWriter(channel, request.folder(), name.last(), disk, this::tellOfProgress);
    return CompletableFuture.supplyAsync(() -> ask(channel, writer), channel.eventLoop())
        .thenCompose(fetched -> fetched);
  }

  private CompletableFuture<Fetched> ask(Channel channel, DiskWriter writer) {
    FetchHandler handler = channel.pipeline().get(FetchHandler.class);
    return handler == null // the connection is closed already, and its pipeline taken apart
        ? CompletableFuture.completedFuture(new Fetched.Broken(0, null))
        : handler.fetch(channel.pipeline().context(handler), name, writer);
  }

  private void tellOfProgress(long bytes) {
    if (telling.progressIsDue()) {
      tellOf(bytes);
    }
  }

  private void tellOf(long bytes) {
    telling.tell(new DownloadEvent.Progress(
        request.name(), OptionalLong.empty(), bytes, bytes, ONE_CONNECTION));
  }

  private Download download(Fetched fetched) {
    if (fetched instanceof Fetched.Whole whole) {
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      long bytes = whole.file().bytes();
      tellOf(bytes);
      return new Download.Saved(
          request.name(), whole.file().path(), bytes, bytes, took, Optional.empty());
    }
    if (fetched instanceof Fetched.TimedOut timedOut) {
      throw new DownloadTimedOutException(request.name(), timedOut.bytes(), settings.timeout());
    }
    if (fetched instanceof Fetched.Broken broken) {
      throw new DownloadBrokenException(request.name(), broken.bytes(), broken.cause());
    }
    if (fetched instanceof Fetched.NotSaved notSaved) {
      throw cannotSave(notSaved.cause().getMessage(), notSaved.cause());
    }
    return new Download.Refused(
        request.name(),
        "nothing came: it is refused, missing or empty, which the plain dialect cannot tell apart");
  }
}
