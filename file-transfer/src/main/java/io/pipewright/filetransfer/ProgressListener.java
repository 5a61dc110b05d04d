package io.pipewright.filetransfer;

/** Is told how a download comes on. */
@FunctionalInterface
public interface ProgressListener {

  /** Does not listen. */
  ProgressListener NONE = bytes -> {};

  /**
   * Called after each write to the disk, on the thread that writes: it must be quick, and need not
   * be thread-safe for one download. If it throws it is told no more; the download goes on.
   *
   * @param bytes how many bytes of the file are on the disk now; it only grows
   */
  void saved(long bytes);
}
