package io.pipewright.filetransfer.sending;

import java.io.IOException;
import java.util.List;

/**
 * Makes stretches of a file ready to be written to a channel. It runs on worker threads, for one transfer on one at a time, and
 * blocks.
 */
interface PieceReader {

  /**
   * How many bytes to make ready at once.
   *
   * @param position where they begin
   * @param end where the transfer ends, behind the position
   * @return 1 to {@code end - position}
   */
  int stretch(long position, long end);

  /**
   * Makes a stretch ready.
   *
   * @param file retained by the caller for the length of the call
   * @param position where the stretch begins
   * @param length as {@link #stretch} said; the file is promised to reach so far
   * @return its pieces in order, of exactly that length together, which the caller owns
   * @throws FileTruncatedException if the file has become shorter
   * @throws VersionChangedException if it is not the file any more that it was
   * @throws IOException if it cannot be read
   */
  List<Piece> read(SharedFile file, long position, int length) throws IOException;
}
