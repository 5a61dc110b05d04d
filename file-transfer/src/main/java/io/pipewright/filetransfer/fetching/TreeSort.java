package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.ProgressListener;
import io.pipewright.filetransfer.saving.SavingException;
import io.pipewright.filetransfer.saving.TargetFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells the files of a page that have to be fetched from those that need not be, or cannot be: the disk knows. */
final class TreeSort {

  /**
   * A file of a page, and what is known of it without asking for it.
   *
   * @param settled what came of it, if it need not be fetched
   * @param failure why it cannot be saved; {@code null} if it can
   */
  record Sorted(TreeEntry file, Optional<Download> settled, PipewrightException failure) {}

  private final TargetFolder folder;
  private final ProgressListener listener;
  private final FetchSettings settings;

  /**
   * @param folder where the tree is saved; stays open longer than this is used
   * @param listener is told of the files that are fetched by themselves
   */
  TreeSort(TargetFolder folder, ProgressListener listener, FetchSettings settings) {
    this.folder = folder;
    this.listener = listener;
    this.settings = settings;
  }

  /** Blocks on the file system. */
  List<Sorted> sort(List<TreeEntry> files) {
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

  /** Where a file is to be. */
  Destination destination(TreeEntry file) {
    DownloadRequest request =
        DownloadRequest.of(file.name().toString(), folder.path()).listener(listener);
    return new Destination(folder, file.target(), file.name(), request, settings);
  }
}
