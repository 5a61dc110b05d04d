package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.RemoteFile;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.StandardError;
import io.pipewright.log.Escaped;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names of one command line, in their order; the worst of what becomes of them counts. */
final class GetRun implements AutoCloseable {

  /** How to go on after an interruption. */
  @FunctionalInterface
  interface Resuming {
    /**
     * The command; nothing if nothing is kept that it could go on from.
     *
     * @param finished the names that are over
     */
    Optional<ResumeCommand> after(Set<String> finished);
  }

  private static final Logger log = LoggerFactory.getLogger(GetRun.class);

  private final FileClient client;
  private final GetPlan plan;
  private final Display display;
  private final Resuming resuming;
  private final Interruption interruption;
  private final Set<String> finished = ConcurrentHashMap.newKeySet();
  private volatile boolean outputLost;

  /**
   * @param client is closed with this
   */
  GetRun(FileClient client, GetPlan plan, Resuming resuming) {
    this.client = client;
    this.plan = plan;
    this.display = display();
    this.resuming = resuming;
    this.interruption = new Interruption(this::giveUp);
  }

  private Display display() {
    if (plan.json()) {
      return new JsonDisplay(this::stopSinceNobodyReads);
    }
    return StandardError.isTerminal() && !plan.dryRun()
        ? new TerminalDisplay()
        : new QuietDisplay();
  }

  private void giveUp() {
    client.close();
    resuming.after(finished).ifPresent(display::interrupted);
  }

  /** The thread that cannot tell its event is one that the client needs for its end. */
  private void stopSinceNobodyReads() {
    outputLost = true;
    new Thread(client::close, "stop").start();
  }

  /** All of it. */
  int run() {
    int worst = worstOfAll();
    if (!interruption.isHere()) {
      display.done(worst);
    }
    if (outputLost) {
      throw new LaunchException(ExitCode.CANNOT_WRITE, "cannot write to standard output");
    }
    return worst;
  }

  private int worstOfAll() {
    int worst = ExitCode.OK;
    Deque<Pending> pending = new ArrayDeque<>();
    Iterator<String> names = plan.names().iterator();
    String next = names.hasNext() ? names.next() : null;
    while (next != null || !pending.isEmpty()) {
      if (next != null && mayBegin(next, pending)) {
        pending.add(begin(next));
        next = names.hasNext() ? names.next() : null;
        continue;
      }
      int code = end(pending.remove());
      worst = Math.max(worst, code);
      if (interruption.isHere() || outputLost || code == ExitCode.CANNOT_CONNECT) {
        break; // it would be so for the others too
      }
    }
    return worst;
  }

  /** Two files that would have the same name here come one after the other. */
  private boolean mayBegin(String name, Deque<Pending> pending) {
    return pending.isEmpty()
        || (pending.size() < plan.atOnce()
            && pending.stream().noneMatch(one -> fileName(one.name()).equals(fileName(name))));
  }

  /** The name here, in the one spelling that stands for all that a file system may take for it. */
  private static String fileName(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return Normalizer.normalize(last, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
  }

  /**
   * A name whose turn has come.
   *
   * @param work what has been begun; nothing if it is done when its end is asked for
   */
  private record Pending(String name, Optional<CompletableFuture<Download>> work) {}

  private Pending begin(String name) {
    if (plan.dryRun() || plan.recursive()) {
      return new Pending(name, Optional.empty());
    }
    display.begins(name, false);
    CompletableFuture<Download> work;
    try {
      work = client.getAsync(request(name));
    } catch (PipewrightException e) {
      work = CompletableFuture.failedFuture(e);
    }
    return new Pending(name, Optional.of(work));
  }

  private int end(Pending one) {
    String name = one.name();
    try {
      int code;
      if (one.work().isPresent()) {
        code = told(waitFor(one.work().get()));
      } else {
        code = plan.dryRun() ? look(name) : getAll(name);
      }
      finished.add(name);
      return code;
    } catch (LaunchException e) {
      throw e;
    } catch (PipewrightException e) {
      log.debug("the failure with its stack", e);
      if (!interruption.isHere() && !outputLost) {
        display.failed(name, inUsersWords(e));
      }
      return FailureCode.of(e);
    }
  }

  private static Download waitFor(CompletableFuture<Download> work) {
    try {
      return work.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException typed ? typed : e;
    }
  }

  private int told(Download download) {
    display.ended(download);
    return download instanceof Download.Refused ? ExitCode.REFUSED : ExitCode.OK;
  }

  private static PipewrightException inUsersWords(PipewrightException failure) {
    return failure instanceof FileExistsException exists
        ? new LaunchException(
            ExitCode.CANNOT_WRITE,
            "%s is there already, and is not the file of the server: say --overwrite, --skip-existing or --rename"
                .formatted(ShownPath.of(exists.file())),
            exists)
        : failure;
  }

  private int look(String name) {
    try (DryRun dryRun = new DryRun(client, plan, display)) {
      Optional<RemoteFile> file = plan.recursive() ? file(name) : Optional.of(client.stat(name));
      return file.isPresent() ? dryRun.file(file.get()) : dryRun.folder(name);
    }
  }

  /** Nothing for what may be a folder: a server does not tell folders from what it does not give. */
  private Optional<RemoteFile> file(String name) {
    try {
      return name.isEmpty() ? Optional.empty() : Optional.of(client.stat(name));
    } catch (DownloadRefusedException e) {
      return Optional.empty();
    }
  }

  /** A folder with all below it, or a file after all. */
  private int getAll(String name) {
    if (file(name).isPresent()) {
      display.begins(name, false);
      return told(client.get(request(name)));
    }
    display.begins(name, true);
    TreeDownload tree = client.getTree(name, plan.folder(), display);
    display.ended(tree);
    return worstOf(tree);
  }

  private static int worstOf(TreeDownload tree) {
    int kept = tree.failures().stream()
        .mapToInt(failure -> FailureCode.of(failure.reason()))
        .max()
        .orElse(ExitCode.OK);
    return tree.failed() > 0 ? Math.max(kept, ExitCode.FAILED) : ExitCode.OK;
  }

  private DownloadRequest request(String name) {
    DownloadRequest request = DownloadRequest.of(name, plan.folder()).listener(display);
    return sha256(name).map(request::sha256).orElse(request);
  }

  private Optional<String> sha256(String name) {
    if (plan.sums().isEmpty()) {
      return plan.sha256();
    }
    String last = name.substring(name.lastIndexOf('/') + 1);
    Optional<String> sum =
        plan.sums().get().sumOf(name).or(() -> plan.sums().get().sumOf(last));
    if (sum.isEmpty()) {
      throw new MissingSumException("the list has no sum for " + Escaped.of(name));
    }
    return sum;
  }

  @Override
  public void close() {
    interruption.close();
    client.close();
    display.close();
  }
}
