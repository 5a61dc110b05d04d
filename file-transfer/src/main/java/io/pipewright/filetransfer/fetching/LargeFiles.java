package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Download;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** The files of a tree that are fetched by themselves, two at a time. Confined to the event loop on which the download decides. */
final class LargeFiles {

  /** Is told of each file. */
  interface Ending {

    void ended(Download download);

    void failed(TreeEntry file, Throwable cause);
  }

  private static final int MOST_AT_ONCE = 2;
  private static final int MANY = 256;

  private final Workplace workplace;
  private final TreeSort sort;
  private final Ending ending;
  private final Deque<TreeEntry> waiting = new ArrayDeque<>();
  private final Set<FileDownload> running = new HashSet<>();

  LargeFiles(Workplace workplace, TreeSort sort, Ending ending) {
    this.workplace = workplace;
    this.sort = sort;
    this.ending = ending;
  }

  /** A file that is wanted. */
  void add(TreeEntry file) {
    waiting.add(file);
  }

  /** A file that is wanted before the others. */
  void addFirst(TreeEntry file) {
    waiting.addFirst(file);
  }

  /** Whether more files may be added. */
  boolean isHungry() {
    return waiting.size() < MANY;
  }

  /** Whether every file that was added has ended. */
  boolean isIdle() {
    return waiting.isEmpty() && running.isEmpty();
  }

  /** Begins as many as may run. */
  void feed() {
    while (running.size() < MOST_AT_ONCE && !waiting.isEmpty()) {
      fetch(waiting.poll());
    }
  }

  private void fetch(TreeEntry file) {
    FileDownload download = new FileDownload(workplace, sort.destination(file));
    running.add(download);
    download
        .run()
        .whenComplete((done, cause) -> workplace.decide(() -> {
          running.remove(download);
          if (cause == null) {
            ending.ended(done);
          } else {
            ending.failed(file, Causes.of(cause));
          }
        }));
  }

  /** Gives up those that run; what is verified of them is kept. */
  void stop() {
    running.forEach(FileDownload::stop);
  }
}
