package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.DownloadStoppedException;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.KeptFile;
import io.pipewright.filetransfer.saving.PartFile;
import io.pipewright.filetransfer.saving.Placement;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.saving.SavedFile;
import io.pipewright.filetransfer.saving.SavingException;
import io.pipewright.filetransfer.saving.TargetFolder;
import io.pipewright.filetransfer.store.FileName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file in the native dialect, from being asked for until it has its name.
 *
 * <pre>
 *   folder ──► every server: what is it? ──► first answer ──► part file ──► blocks ──► SHA-256 ──► name
 *   (disk)                                       │              (disk)   (BlockFetch)   (disk)    (disk)
 *                                                └── here already: skipped
 * </pre>
 *
 * <p>It decides on the client's event loop; whatever touches the file system runs on a disk thread.
 */
public final class FileDownload {

  private static final Logger log = LoggerFactory.getLogger(FileDownload.class);

  private final Workplace workplace;
  private final DownloadRequest request;
  private final FileName name;
  private final Telling telling;
  private final CompletableFuture<Download> result = new CompletableFuture<>();
  private final long beginNanos;
  private final List<Mirror> mirrors = new ArrayList<>();
  private Destination destination;
  private volatile TargetFolder ownFolder; // opened on a disk thread
  private Mirror reference;
  private PartFile part;
  private Optional<String> whyAnew = Optional.empty();
  private BlockFetch fetch;
  private int introducing;
  private boolean preparing;
  private boolean complete;
  private boolean over;

  /**
   * @param workplace what all downloads share
   * @param request what is wanted
   * @param name its name, as far as spelling goes
   */
  public FileDownload(Workplace workplace, DownloadRequest request, FileName name) {
    this.workplace = workplace;
    this.request = request;
    this.name = name;
    this.telling = new Telling(request.listener(), workplace.nanoTime());
    this.beginNanos = workplace.nanoTime().getAsLong();
  }

  /**
   * A file of a tree.
   *
   * @param destination in a folder that stays open longer than this
   */
  FileDownload(Workplace workplace, Destination destination) {
    this(workplace, destination.request(), destination.source());
    this.destination = destination;
  }

  /**
   * Fetches it. Called once.
   *
   * @return the file, or why there is none; or failed. Cancelling it stops the download
   */
  public CompletableFuture<Download> run() {
    result.whenComplete((download, cause) -> {
      if (result.isCancelled()) {
        stop();
      }
    });
    if (destination == null) {
      onDisk(this::openFolder, this::introduce);
    } else {
      introduce(destination);
    }
    return result;
  }

  /** On a disk thread. */
  private Destination openFolder() {
    SafeName target = SafeName.asked(name).last();
    TargetFolder folder = TargetFolder.open(request.folder());
    ownFolder = folder;
    return new Destination(folder, target, name, request, workplace.settings());
  }

  /** Gives up and keeps what is verified. From any thread; without effect when it is over. */
  public void stop() {
    workplace.decide(() -> {
      long kept = fetch == null ? 0 : fetch.verifiedBytes();
      fail(new DownloadStoppedException(request.name(), kept));
    });
  }

  private <T> void onDisk(Supplier<T> work, Consumer<T> next) {
    workplace.onDisk(work, next, this::fail);
  }

  private void introduce(Destination opened) {
    destination = opened;
    if (over) {
      closeFiles(false, () -> {});
      return;
    }
    for (Server server : workplace.servers()) {
      mirrors.add(new Mirror(server, name, workplace));
    }
    introducing = mirrors.size();
    for (Mirror mirror : List.copyOf(mirrors)) {
      mirror.introduce(workplace).whenComplete((facts, cause) -> {
        introducing--;
        if (cause != null) {
          left(mirror, Causes.of(cause));
          beginIfKnown();
        } else {
          answered(mirror);
        }
      });
    }
  }

  private void answered(Mirror mirror) {
    if (over || complete) {
      mirror.leave();
    } else if (reference == null) {
      reference = mirror;
      FileFacts facts = mirror.facts();
      onDisk(() -> destination.settledBy(facts.size(), facts.lastModified()), this::prepare);
    } else if (mirror.facts().size() != reference.facts().size()) {
      left(mirror, hasAnotherSize(mirror));
    } else if (fetch != null) {
      join(mirror);
    }
    beginIfKnown();
  }

  private DownloadRefusedException hasAnotherSize(Mirror mirror) {
    return new DownloadRefusedException(
        request.name(),
        mirror.endpoint().toString(),
        "its file has " + mirror.facts().size() + " bytes, not "
            + reference.facts().size(),
        Optional.empty(),
        null);
  }

  private void join(Mirror mirror) {
    telling.tell(new DownloadEvent.ServerJoined(request.name(), mirror.endpoint()));
    fetch.join(mirror);
  }

  private void prepare(Optional<Download> settled) {
    if (settled.isPresent()) {
      end(settled.get());
    } else if (!over) {
      onDisk(() -> destination.open(reference.facts()), this::opened);
    }
  }

  private void opened(PartFile opened) {
    part = opened;
    if (over) {
      closeFiles(false, () -> {});
    } else {
      beginIfKnown();
    }
  }

  /** Blocks that are here already must be of a version that a server still has; which one may answer later than others. */
  private void beginIfKnown() {
    if (over || part == null || fetch != null || preparing) {
      return;
    }
    Optional<Mirror> known = mirrors.stream().filter(this::isKnown).findFirst();
    boolean mayBecomeKnown = introducing > 0 && !part.claimedBlocks().isEmpty();
    if (known.isEmpty() && mayBecomeKnown) {
      return;
    }
    preparing = true;
    known.ifPresent(mirror -> reference = mirror);
    onDisk(() -> settleVersion(known.isPresent()), settled -> begin());
  }

  private boolean isKnown(Mirror mirror) {
    return mirror.hasAnswered()
        && !mirror.hasLeft()
        && mirror.version().equals(part.servers().get(mirror.endpoint().toString()));
  }

  /** On a disk thread. */
  private boolean settleVersion(boolean known) {
    String server = reference.endpoint().toString();
    whyAnew = part.whyAnew();
    if (!known) {
      if (!part.claimedBlocks().isEmpty()) {
        whyAnew = Optional.of("what was kept of it is of another version than " + server + " has");
      }
      part.restart();
    }
    part.addServer(server, reference.version());
    return known;
  }

  private void begin() {
    if (over) {
      return; // and the file is closed
    }
    whyAnew.ifPresent(why -> telling.tell(new DownloadEvent.BeganAnew(request.name(), why)));
    telling.tell(new DownloadEvent.Begun(
        request.name(), part.path(), OptionalLong.of(part.size()), part.claimedBytes()));
    fetch = new BlockFetch(workplace, part, reference, telling, new BlockFetch.Ending() {
      @Override
      public void complete() {
        fetch.tellOfProgress();
        commit();
      }

      @Override
      public void failed(Throwable reason) {
        fail(reason);
      }

      @Override
      public void left(Mirror mirror, Throwable cause) {
        FileDownload.this.left(mirror, cause);
      }
    });
    fetch.start();
    for (Mirror mirror : List.copyOf(mirrors)) {
      if (mirror != reference && mirror.hasAnswered() && !mirror.hasLeft() && !over) {
        join(mirror);
      }
    }
  }

  /** A mirror is asked no more. */
  private void left(Mirror mirror, Throwable cause) {
    mirror.leave();
    if (over || complete) {
      return;
    }
    if (mirrors.stream().allMatch(Mirror::hasLeft)) {
      if (reference == null && Causes.isRefusal(cause)) {
        end(new Download.Refused(request.name(), "the server gives no such file"));
      } else {
        long fetched = fetch == null ? 0 : fetch.fetchedBytes();
        boolean begun = reference != null;
        fail(Causes.forUser(request.name(), mirror.server(), begun, cause, fetched));
      }
    } else {
      telling.tell(new DownloadEvent.ServerLeft(
          request.name(), mirror.endpoint(), String.valueOf(cause.getMessage())));
    }
  }

  private void commit() {
    complete = true; // no mirror is needed from here on, and none can spoil it
    FileFacts facts = reference.facts();
    onDisk(
        () -> {
          Optional<String> sha256 = destination.checkSha256(part);
          return placed(destination.commit(part, facts), sha256);
        },
        this::end);
  }

  private Download placed(Placement placement, Optional<String> sha256) {
    if (placement instanceof KeptFile kept) {
      return new Download.Skipped(request.name(), kept.path(), "another file has its name here");
    }
    SavedFile saved = (SavedFile) placement;
    long took = workplace.nanoTime().getAsLong() - beginNanos;
    return new Download.Saved(
        request.name(),
        saved.path(),
        saved.bytes(),
        fetch.fetchedBytes(),
        Duration.ofNanos(took),
        sha256);
  }

  private void end(Download download) {
    if (!over) {
      over = true;
      leaveMirrors();
      closeFiles(false, () -> {
        telling.tell(new DownloadEvent.Finished(download));
        result.complete(download);
      });
    }
  }

  private void fail(Throwable reason) {
    if (over) {
      return;
    }
    over = true;
    leaveMirrors();
    boolean ofNoUse = isOfNoUse(reason);
    closeFiles(ofNoUse, () -> {
      if (reason instanceof PipewrightException typed) {
        telling.tell(new DownloadEvent.Failed(request.name(), typed));
      }
      result.completeExceptionally(reason);
    });
  }

  /** Whether what has come would not help the next try. */
  private boolean isOfNoUse(Throwable reason) {
    boolean anotherFile = reason instanceof FileChangedException
        || (reason instanceof IntegrityException wrong && wrong.block().isEmpty());
    boolean nothing =
        fetch != null && fetch.verifiedBytes() == 0 && part.claimedBlocks().isEmpty();
    return anotherFile || nothing;
  }

  private void leaveMirrors() {
    if (fetch != null) {
      fetch.stop();
    }
    mirrors.stream().filter(mirror -> !mirror.hasLeft()).forEach(Mirror::leave);
  }

  private void closeFiles(boolean discard, Runnable next) {
    workplace.onDisk(
        () -> {
          closeNow(discard);
          return true;
        },
        closed -> next.run(),
        cause -> next.run());
  }

  /** On a disk thread. */
  private void closeNow(boolean discard) {
    try {
      if (part != null && discard) {
        part.discard();
      } else if (part != null) {
        part.close();
      }
      if (ownFolder != null) {
        ownFolder.close();
      }
    } catch (SavingException e) {
      log.warn("an unfinished download could not be put in order: {}", e.getMessage());
    }
  }
}
