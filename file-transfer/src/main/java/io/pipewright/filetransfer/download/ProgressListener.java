package io.pipewright.filetransfer.download;

/** Is told what happens to a download. */
@FunctionalInterface
public interface ProgressListener {

  /** Does not listen. */
  ProgressListener NONE = event -> {};

  /**
   * Called for each event, in order, on a thread that has other work: it must be quick and must not wait. It need not be
   * thread-safe for one call of a client; those of several calls may come at the same time. If it throws it is told no more, and
   * the download goes on.
   *
   * @param event what happened
   */
  void event(DownloadEvent event);
}
