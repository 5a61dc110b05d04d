package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.pipewright.filetransfer.store.StoredFile;
import java.io.IOException;
import java.util.List;

/**
 * Makes a stretch of a file ready to be written to a channel. It runs on worker threads and blocks.
 */
interface PieceReader {

  /** Regions wherever they are sent rightly, else buffers, which TLS can encrypt. */
  static PieceReader suiting(Channel channel, StoredFile file) {
    boolean encrypts = channel.pipeline().get(SslHandler.class) != null;
    return file.channel().isEmpty() || encrypts || channel instanceof IoUringSocketChannel
        ? new BufferReader(channel.alloc())
        : new RegionReader();
  }

  /** How many bytes to make ready at once. */
  int stretchBytes();

  /**
   * Makes a stretch ready.
   *
   * @param file retained by the caller for the length of the call
   * @param position where the stretch begins
   * @param length its length, at most {@link #stretchBytes()}; the file is promised to reach so far
   * @return its pieces in order, of exactly that length together, which the caller owns
   * @throws FileTruncatedException if the file has become shorter
   * @throws IOException if it cannot be read
   */
  List<Piece> read(SharedFile file, long position, int length) throws IOException;
}
