package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.command.PlannedDownload.Step;
import io.pipewright.filetransfer.download.RemoteFile;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.saving.TargetFolder;
import io.pipewright.filetransfer.saving.UnsafeNameException;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.launch.ExitCode;
import java.time.Instant;
import java.util.List;

/** Looks at what there is at both ends, and tells what a download would do. Changes nothing. */
final class DryRun implements AutoCloseable {

  private final FileClient client;
  private final GetPlan plan;
  private final Display display;
  private final TargetFolder target;
  private int worst = ExitCode.OK;

  /**
   * @throws io.pipewright.filetransfer.saving.SavingException if the folder to save in is none
   */
  DryRun(FileClient client, GetPlan plan, Display display) {
    this.client = client;
    this.plan = plan;
    this.display = display;
    this.target = TargetFolder.open(plan.folder());
  }

  /** One file, which goes right into the folder. */
  int file(RemoteFile file) {
    FileName name = FileName.of(file.name());
    planFor(file.name(), SafeName.asked(name).last(), file.size(), file.lastModified());
    return worst;
  }

  /** A folder, which goes into the folder under its last component; all that is served goes right into it. */
  int folder(String folder) {
    int parent = folder.lastIndexOf('/') + 1; // so much of each name says where the folder is
    new FolderListing(client::list, true, entries -> tellAll(entries, parent)).of(folder);
    return worst;
  }

  private void tellAll(List<ListedEntry> entries, int parent) {
    for (ListedEntry entry : entries) {
      if (!entry.isFolder()) {
        tell(entry, FileName.of(entry.name().substring(parent)));
      }
    }
  }

  private void tell(ListedEntry entry, FileName below) {
    try {
      planFor(entry.name(), SafeName.told(below), entry.size(), entry.lastModified());
    } catch (UnsafeNameException e) {
      display.failed(entry.name(), e);
      worst = Math.max(worst, FailureCode.of(e));
    }
  }

  private void planFor(String name, SafeName local, long size, Instant lastModified) {
    Step step = step(local, size, lastModified);
    display.planned(new PlannedDownload(name, size, target.pathOf(local), step));
    if (step == Step.REFUSE) {
      worst = ExitCode.CANNOT_WRITE;
    }
  }

  private Step step(SafeName local, long size, Instant lastModified) {
    if (target.find(local).isEmpty()) {
      return Step.FETCH;
    }
    boolean same = target.has(local, size, lastModified);
    return switch (plan.existing()) {
      case OVERWRITE -> Step.OVERWRITE;
      case RENAME -> Step.RENAME;
      case SKIP -> Step.SKIP;
      case REFUSE -> same ? Step.SKIP : Step.REFUSE;
    };
  }

  @Override
  public void close() {
    target.close();
  }
}
