package io.pipewright.filetransfer.download;

import io.pipewright.PipewrightException;
import java.time.Duration;
import java.util.List;

/**
 * What came of downloading a folder with all below it.
 *
 * @param folder the folder that was asked for; empty for the root
 * @param saved how many files were saved
 * @param savedBytes their lengths together
 * @param fetchedBytes how many bytes of content came over the line for them
 * @param skipped how many were here already and stay as they are
 * @param failed how many could not be had
 * @param failures the first {@value #FAILURES_KEPT} of those
 * @param took from being asked for until the last file had its name
 */
public record TreeDownload(
    String folder,
    long saved,
    long savedBytes,
    long fetchedBytes,
    long skipped,
    long failed,
    List<Failure> failures,
    Duration took) {

  /** So many failures are kept with their reasons; the others are counted. */
  public static final int FAILURES_KEPT = 1_000;

  /**
   * One file that could not be had.
   *
   * @param name its name as the server knows it
   * @param reason why; a {@link DownloadRefusedException} if the server gave no such file
   */
  public record Failure(String name, PipewrightException reason) {}
}
