package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.DownloadStoppedException;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.KeptFile;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.saving.SavedFile;
import io.pipewright.filetransfer.saving.SavingException;
import io.pipewright.filetransfer.saving.TargetExistsException;
import io.pipewright.filetransfer.saving.TargetFolder;
import io.pipewright.filetransfer.store.FileName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with all below it, in the native dialect. The listing goes on only as fast as files come, so a tree of any size takes
 * little memory.
 *
 * <pre>
 *   TreeWalk ──page──► what is here already? ──► up to 1 MiB: SmallFiles, many over few connections
 *   (server)                 (disk)         └──► larger: a FileDownload each, two at a time
 * </pre>
 *
 * <p>It decides on the client's event loop. Files come from the first server that answers; one that has to be fetched by itself
 * may come from any.
 */
public final class TreeFetch {

  private static final int MOST_BY_THEMSELVES = 2;
  private static final int MOST_LARGE_WAITING = 256;

  private static final Logger log = LoggerFactory.getLogger(TreeFetch.class);

  private final Workplace workplace;
  private final Optional<FileName> root;
  private final Path out;
  private final Telling telling;
  private final TreeTally tally;
  private final CompletableFuture<TreeDownload> result = new CompletableFuture<>();
  private final Deque<TreeEntry> large = new ArrayDeque<>();
  private final Set<FileDownload> byThemselves = new HashSet<>();
  private TargetFolder folder;
  private TreeWalk walk;
  private SmallFiles small;
  private boolean listing;
  private boolean over;

  /**
   * @param workplace what all downloads share
   * @param root the folder to fetch; none for the server's root
   * @param out an existing folder; what is fetched is saved below it, under the last component of the folder's name
   * @param listener is told of each file
   */
  public TreeFetch(
      Workplace workplace, Optional<FileName> root, Path out, ProgressListener listener) {
    this.workplace = workplace;
    this.root = root;
    this.out = out;
    this.telling = new Telling(listener, workplace.nanoTime());
    this.tally = new TreeTally(root.map(FileName::toString).orElse(""), workplace.nanoTime());
  }

  /**
   * Fetches it. Called once.
   *
   * @return what came of it; or failed if the folder cannot be listed, or the server cannot be asked any longer
   */
  public CompletableFuture<TreeDownload> run() {
    result.whenComplete((done, cause) -> {
      if (result.isCancelled()) {
        stop();
      }
    });
    workplace.onDisk(() -> TargetFolder.open(out), this::begin, this::fail);
    return result;
  }

  /** Gives up and keeps what is saved. From any thread; without effect when it is over. */
  public void stop() {
    workplace.decide(() -> fail(new DownloadStoppedException(tally.folder(), 0)));
  }

  private void begin(TargetFolder opened) {
    folder = opened;
    if (over) {
      close(() -> {});
      return;
    }
    Server server = workplace.servers().get(0);
    try {
      walk = new TreeWalk(
          workplace, server, root, root.map(name -> SafeName.asked(name).last()));
    } catch (SavingException e) {
      fail(e);
      return;
    }
    small = new SmallFiles(workplace, server, folder, new SmallEnding());
    goOn();
  }

  /** Whatever can be done now. */
  private void goOn() {
    if (over) {
      return;
    }
    if (!listing && !walk.isDone() && small.isHungry() && large.size() < MOST_LARGE_WAITING) {
      listing = true;
      walk.next().whenComplete(this::listed);
    }
    while (byThemselves.size() < MOST_BY_THEMSELVES && !large.isEmpty()) {
      fetchByItself(large.poll());
    }
    if (!listing && walk.isDone() && small.isIdle() && large.isEmpty() && byThemselves.isEmpty()) {
      end();
    }
  }

  private void listed(TreeWalk.Page page, Throwable cause) {
    if (over) {
      return;
    }
    if (cause != null) {
      Server server = workplace.servers().get(0);
      fail(Causes.forUser(tally.folder(), server, false, Causes.of(cause), tally.fetchedBytes()));
      return;
    }
    page.unsafe().forEach(unsafe -> fileFailed(unsafe.name(), unsafe.reason()));
    workplace.onDisk(() -> sort(page.files()), this::sorted, this::fail);
  }

  /** A file of a page, and what is known of it without asking for it. */
  private record Sorted(TreeEntry file, Optional<Download> settled, PipewrightException failure) {}

  /** On a disk thread. */
  private List<Sorted> sort(List<TreeEntry> files) {
    List<Sorted> sorted = new ArrayList<>(files.size());
    for (TreeEntry file : files) {
      try {
        sorted.add(new Sorted(file, settled(file), null));
      } catch (SavingException | FileExistsException e) {
        sorted.add(new Sorted(file, Optional.empty(), e));
      }
    }
    return sorted;
  }

  private Optional<Download> settled(TreeEntry file) {
    return destination(file).settledBy(file.entry().size(), file.entry().lastModified());
  }

  private Destination destination(TreeEntry file) {
    DownloadRequest request =
        DownloadRequest.of(file.name().toString(), out).listener(telling::tell);
    return new Destination(folder, file.target(), file.name(), request, workplace.settings());
  }

  private void sorted(List<Sorted> files) {
    listing = false;
    if (over) {
      return;
    }
    for (Sorted one : files) {
      if (one.failure() != null) {
        fileFailed(one.file().name().toString(), one.failure());
      } else if (one.settled().isPresent()) {
        fileDone(one.settled().get());
      } else if (one.file().entry().size() > Blocks.BYTES) {
        large.add(one.file());
      } else {
        tellOfBeginning(one.file());
        small.add(one.file());
      }
    }
    small.feedAll();
    goOn();
  }

  private void tellOfBeginning(TreeEntry file) {
    telling.tell(new DownloadEvent.Begun(
        file.name().toString(),
        folder.pathOf(file.target()),
        OptionalLong.of(file.entry().size()),
        0));
  }

  private void fetchByItself(TreeEntry file) {
    FileDownload download = new FileDownload(workplace, destination(file));
    byThemselves.add(download);
    download
        .run()
        .whenComplete((done, cause) -> workplace.decide(() -> {
          byThemselves.remove(download);
          if (cause == null) {
            tally.add(done);
          } else {
            tally.add(file.name().toString(), asTyped(file, Causes.of(cause)));
          }
          goOn();
        }));
  }

  private PipewrightException asTyped(TreeEntry file, Throwable cause) {
    return cause instanceof PipewrightException typed
        ? typed
        : Causes.forUser(file.name().toString(), workplace.servers().get(0), true, cause, 0);
  }

  private void fileDone(Download download) {
    tally.add(download);
    telling.tell(new DownloadEvent.Finished(download));
  }

  private void fileFailed(String name, PipewrightException reason) {
    tally.add(name, reason);
    telling.tell(new DownloadEvent.Failed(name, reason));
  }

  /** What the small files report. */
  private final class SmallEnding implements SmallFiles.Ending {

    @Override
    public void settled(TreeEntry file, BlockOutcome outcome) {
      String name = file.name().toString();
      if (outcome instanceof BlockOutcome.NotWritten notWritten) {
        SavingException cause = notWritten.cause();
        fileFailed(
            name,
            cause instanceof TargetExistsException
                ? new FileExistsException(name, cause.path())
                : cause);
      } else if (outcome instanceof BlockOutcome.Placed placed
          && placed.placement() instanceof SavedFile saved) {
        fileDone(new Download.Saved(
            name, saved.path(), saved.bytes(), saved.bytes(), Duration.ZERO, Optional.empty()));
      } else if (outcome instanceof BlockOutcome.Placed placed
          && placed.placement() instanceof KeptFile kept) {
        fileDone(new Download.Skipped(name, kept.path(), "another file has its name here"));
      }
    }

    @Override
    public void byItself(TreeEntry file) {
      large.addFirst(file);
    }

    @Override
    public void failed(Throwable cause) {
      Server server = workplace.servers().get(0);
      fail(Causes.forUser(tally.folder(), server, true, cause, tally.fetchedBytes()));
    }

    @Override
    public void hungry() {
      goOn();
    }
  }

  private void end() {
    over = true;
    small.stop();
    workplace.onDisk(
        () -> {
          if (workplace.settings().fsync()) {
            folder.force();
          }
          folder.close();
          return tally.total();
        },
        result::complete,
        result::completeExceptionally);
  }

  private void fail(Throwable reason) {
    if (over) {
      return;
    }
    over = true;
    if (small != null) {
      small.stop();
    }
    byThemselves.forEach(FileDownload::stop);
    close(() -> result.completeExceptionally(reason));
  }

  private void close(Runnable next) {
    workplace.onDisk(
        () -> {
          if (folder != null) {
            folder.close();
          }
          return true;
        },
        closed -> next.run(),
        cause -> {
          log.warn("a folder could not be closed: {}", cause.getMessage());
          next.run();
        });
  }
}
