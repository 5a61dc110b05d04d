package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
 * <p>It decides on the client's event loop. Listings and small files come from one server, from the next one when that cannot be asked
 * any longer; a file that has to be fetched by itself may come from all.
 */
public final class TreeFetch {

  private static final Logger log = LoggerFactory.getLogger(TreeFetch.class);

  private final Workplace workplace;
  private final Optional<FileName> root;
  private final Path out;
  private final Telling telling;
  private final TreeTally tally;
  private final CompletableFuture<TreeDownload> result = new CompletableFuture<>();
  private TargetFolder folder;
  private TreeSort sort;
  private Server server;
  private TreeWalk walk;
  private SmallFiles small;
  private LargeFiles large;
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
    sort = new TreeSort(folder, telling::tell, workplace.settings());
    server = workplace.servers().get(0);
    try {
      walk = new TreeWalk(
          workplace, server, root, root.map(name -> SafeName.asked(name).last()));
    } catch (SavingException e) {
      fail(e);
      return;
    }
    small = new SmallFiles(workplace, server, folder, new SmallEnding());
    large = new LargeFiles(workplace, sort, new LargeEnding());
    goOn();
  }

  /** Whatever can be done now. */
  private void goOn() {
    if (over) {
      return;
    }
    if (!listing && !walk.isDone() && small.isHungry() && large.isHungry()) {
      listing = true;
      Server asked = server;
      walk.next().whenComplete((page, cause) -> listed(asked, page, cause));
    }
    large.feed();
    if (!listing && walk.isDone() && small.isIdle() && large.isIdle()) {
      end();
    }
  }

  private void listed(Server asked, TreeWalk.Page page, Throwable cause) {
    if (over) {
      return;
    }
    if (cause != null) {
      listing = false;
      failed(asked, false, Causes.of(cause));
      return;
    }
    page.unsafe().forEach(unsafe -> fileFailed(unsafe.name(), unsafe.reason()));
    workplace.onDisk(() -> sort.sort(page.files()), this::sorted, this::fail);
  }

  /** A server is of no more use for this tree: the next one goes on where it stopped. */
  private void failed(Server asked, boolean begun, Throwable cause) {
    if (over) {
      return;
    }
    if (asked == server) {
      int next = workplace.servers().indexOf(server) + 1;
      PipewrightException reason =
          Causes.forUser(tally.folder(), server, begun, cause, tally.fetchedBytes());
      if (next == workplace.servers().size()) {
        fail(reason);
        return;
      }
      telling.tell(
          new DownloadEvent.ServerLeft(tally.folder(), server.endpoint(), reason.getMessage()));
      server = workplace.servers().get(next);
      walk.turnTo(server);
      small.turnTo(server);
    }
    goOn();
  }

  private void sorted(List<TreeSort.Sorted> files) {
    listing = false;
    if (over) {
      return;
    }
    for (TreeSort.Sorted one : files) {
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
    public void failed(Server asked, Throwable cause) {
      TreeFetch.this.failed(asked, true, cause);
    }

    @Override
    public void hungry() {
      goOn();
    }
  }

  /** What the large files report; each has told of itself. */
  private final class LargeEnding implements LargeFiles.Ending {

    @Override
    public void ended(Download download) {
      tally.add(download);
      goOn();
    }

    @Override
    public void failed(TreeEntry file, Throwable cause) {
      String name = file.name().toString();
      tally.add(
          name,
          cause instanceof PipewrightException typed
              ? typed
              : Causes.forUser(name, server, true, cause, 0));
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
    if (large != null) {
      large.stop();
    }
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
