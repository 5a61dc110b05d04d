package io.pipewright.filetransfer.download;

import io.pipewright.PipewrightException;
import io.pipewright.address.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** Something that happened to a download. For each file first {@link Begun} comes, and {@link Finished} or {@link Failed} last. */
public sealed interface DownloadEvent {

  /** The name of the file that was asked for. */
  String name();

  /**
   * The server has the file, and its bytes are about to come.
   *
   * @param name the name that was asked for
   * @param file where it is to be
   * @param size its length; nothing in the plain dialect, which does not tell
   * @param verifiedBytes how many bytes an earlier try left behind as verified; they are read again while the rest is fetched
   */
  record Begun(String name, Path file, OptionalLong size, long verifiedBytes)
      implements DownloadEvent {}

  /**
   * An earlier try left bytes behind that are of no use: the file is another one now.
   *
   * @param name the name that was asked for
   * @param why the end of a sentence for a user
   */
  record BeganAnew(String name, String why) implements DownloadEvent {}

  /**
   * More of the file is on the disk; told ten times a second at most.
   *
   * @param name the name that was asked for
   * @param size its length, if it is known
   * @param verifiedBytes how many bytes are on the disk and right; in the plain dialect, how many are on the disk
   * @param fetchedBytes how many bytes of content have come over the line this time
   * @param connections how many connections bring it now
   */
  record Progress(
      String name, OptionalLong size, long verifiedBytes, long fetchedBytes, int connections)
      implements DownloadEvent {}

  /**
   * A block's bytes do not have the sum that the server said; the block is asked for again.
   *
   * @param name the name that was asked for
   * @param block which one, from 0, of 1 MiB each
   * @param server who sent it
   */
  record BadBlock(String name, long block, Endpoint server) implements DownloadEvent {}

  /**
   * A connection was lost, or there was none to be had; it is tried again.
   *
   * @param name the name that was asked for
   * @param server who is asked again
   * @param why the end of a sentence for a user
   * @param delay after how long
   * @param attempt how many tries in a row have brought nothing, from 1
   */
  record Retrying(String name, Endpoint server, String why, Duration delay, int attempt)
      implements DownloadEvent {}

  /**
   * A server gives the same file, and brings parts of it from now on.
   *
   * @param name the name that was asked for
   * @param server which one
   */
  record ServerJoined(String name, Endpoint server) implements DownloadEvent {}

  /**
   * A server is asked no more: it has another file of that name, or none, or cannot be reached. The others go on.
   *
   * @param name the name that was asked for
   * @param server which one
   * @param why the end of a sentence for a user
   */
  record ServerLeft(String name, Endpoint server, String why) implements DownloadEvent {}

  /**
   * It is over, in order.
   *
   * @param download what came of it
   */
  record Finished(Download download) implements DownloadEvent {

    @Override
    public String name() {
      return download.name();
    }
  }

  /**
   * It is over, and there is no file.
   *
   * @param name the name that was asked for
   * @param reason why
   */
  record Failed(String name, PipewrightException reason) implements DownloadEvent {}
}
