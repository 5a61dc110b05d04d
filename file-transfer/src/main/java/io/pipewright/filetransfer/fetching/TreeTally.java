package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.download.TreeDownload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Counts what comes of a tree's files. Not thread-safe. */
final class TreeTally {

  private final String folder;
  private final LongSupplier nanoTime;
  private final long beginNanos;
  private final List<TreeDownload.Failure> failures = new ArrayList<>();
  private long saved;
  private long savedBytes;
  private long fetchedBytes;
  private long skipped;
  private long failed;

  TreeTally(String folder, LongSupplier nanoTime) {
    this.folder = folder;
    this.nanoTime = nanoTime;
    this.beginNanos = nanoTime.getAsLong();
  }

  String folder() {
    return folder;
  }

  long fetchedBytes() {
    return fetchedBytes;
  }

  void add(Download download) {
    if (download instanceof Download.Saved one) {
      saved++;
      savedBytes += one.bytes();
      fetchedBytes += one.fetchedBytes();
    } else if (download instanceof Download.Skipped) {
      skipped++;
    } else if (download instanceof Download.Refused refused) {
      String name = refused.name();
      add(
          name,
          new DownloadRefusedException(
              name, "the server", refused.reason(), Optional.empty(), null));
    }
  }

  void add(String name, PipewrightException reason) {
    failed++;
    if (failures.size() < TreeDownload.FAILURES_KEPT) {
      failures.add(new TreeDownload.Failure(name, reason));
    }
  }

  TreeDownload total() {
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - beginNanos);
    return new TreeDownload(
        folder, saved, savedBytes, fetchedBytes, skipped, failed, List.copyOf(failures), took);
  }
}
