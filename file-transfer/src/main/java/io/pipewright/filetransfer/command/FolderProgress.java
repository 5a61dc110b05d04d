package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import java.util.HashMap;
import java.util.Map;

/** The progress of a folder's files added up: how many are over, and how much of the others is here. */
final class FolderProgress {

  private record Part(long verifiedBytes, long fetchedBytes) {}

  private final Map<String, Part> underWay = new HashMap<>();
  private long verifiedBytes;
  private long fetchedBytes;
  private long files;
  private long failed;

  void event(DownloadEvent event) {
    if (event instanceof DownloadEvent.Progress progress) {
      put(progress.name(), new Part(progress.verifiedBytes(), progress.fetchedBytes()));
    } else if (event instanceof DownloadEvent.Begun begun) {
      put(begun.name(), new Part(begun.verifiedBytes(), 0));
    } else if (event instanceof DownloadEvent.Failed failure) {
      failed++;
      underWay.remove(failure.name()); // what came of it has come
    } else if (event instanceof DownloadEvent.Finished finished) {
      ended(finished.download());
    }
  }

  private void ended(Download download) {
    if (download instanceof Download.Saved saved) {
      put(saved.name(), new Part(saved.bytes(), saved.fetchedBytes()));
      files++;
    } else if (download instanceof Download.Refused) {
      failed++;
    } else {
      files++;
    }
    underWay.remove(download.name());
  }

  private void put(String name, Part part) {
    Part before = underWay.put(name, part);
    verifiedBytes += part.verifiedBytes - (before == null ? 0 : before.verifiedBytes);
    fetchedBytes += part.fetchedBytes - (before == null ? 0 : before.fetchedBytes);
  }

  long verifiedBytes() {
    return verifiedBytes;
  }

  long fetchedBytes() {
    return fetchedBytes;
  }

  /** For the end of the bar: {@code 120 files, 2 failed}. */
  String state() {
    String count = files == 1 ? "1 file" : files + " files";
    return failed == 0 ? count : count + ", " + failed + " failed";
  }
}
