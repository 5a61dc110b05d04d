package io.pipewright.filetransfer.sending;

import io.netty.channel.Channel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.pipewright.filetransfer.store.StoredFile;

/**
 * Sends files: what the connections of a server share for it. Thread-safe, but that a transfer is begun on its channel's event
 * loop.
 */
public final class FileSender {

  private final FileWorkers workers;
  private final TransferLimits limits;
  private final BufferShare share;
  private final Summing summing;

  /**
   * @param workers who reads; the caller ends them
   * @param limits how many transfers may be under way
   * @param share the memory that they use
   * @param sums what is known of blocks
   */
  public FileSender(FileWorkers workers, TransferLimits limits, BufferShare share, SumCache sums) {
    this.workers = workers;
    this.limits = limits;
    this.share = share;
    this.summing = new Summing(sums);
  }

  /** Who reads. */
  public FileWorkers workers() {
    return workers;
  }

  /** The memory for what waits to be sent. */
  public BufferShare share() {
    return share;
  }

  /** What {@link #send} has made of a file. */
  public sealed interface Sending {

    /** It is under way. */
    record Begun(Transfer transfer) implements Sending {}

    /**
     * It is not; the file is being closed.
     *
     * @param reason which limit would be broken, as a sentence
     */
    record Busy(String reason) implements Sending {}
  }

  /**
   * Begins to send a file as it is.
   *
   * @param channel where to; called on its event loop
   * @param file what; it is taken over and closed in the end, in every case
   */
  public Sending send(Channel channel, StoredFile file) {
    return begin(channel, file, new FilePart(0, file.size()), false);
  }

  /**
   * Begins to send a part of a file, cut at the lines of the grid into blocks with a header each ({@code Answer.Data}).
   *
   * @param channel where to; called on its event loop
   * @param file what; it is taken over and closed in the end, in every case
   * @param part which bytes; they lie within the file
   */
  public Sending sendBlocks(Channel channel, StoredFile file, FilePart part) {
    return begin(channel, file, part, true);
  }

  private Sending begin(Channel channel, StoredFile opened, FilePart part, boolean blocks) {
    Object address = TransferLimits.addressOf(channel);
    String busy = limits.begin(address);
    if (busy != null) {
      workers.execute(opened::close);
      return new Sending.Busy(busy);
    }
    SharedFile file = new SharedFile(opened, workers);
    BufferMemory memory =
        needsBuffers(channel, file) ? new BufferMemory(share, Pace.of(channel)) : null;
    PieceReader pieces = memory == null
        ? new RegionReader(file.channel().orElseThrow())
        : new BufferReader(channel.alloc(), memory);
    PieceReader reader =
        blocks ? new BlockReader(pieces, summing, part.begin(), part.end()) : pieces;
    Transfer transfer = new Transfer(
        channel, file, workers, reader, memory == null ? TransferMemory.NONE : memory, part);
    transfer.done().addListener(done -> limits.end(address));
    transfer.start();
    return new Sending.Begun(transfer);
  }

  /** Regions will do wherever they are sent rightly; what TLS encrypts are buffers. */
  private static boolean needsBuffers(Channel channel, SharedFile file) {
    return channel.pipeline().get(SslHandler.class) != null
        || channel instanceof IoUringSocketChannel
        || file.channel().isEmpty();
  }

  /**
   * The sums of whole blocks of a file, as far as they can be made in a short time. For a worker; blocks.
   *
   * @param file is not closed
   * @param first index of the first block
   * @param sums is filled, from {@code done} on
   * @param done how many of them are known already
   * @return how many of them are known now, one more at least
   * @throws VersionChangedException if the file is not what it was
   * @throws java.io.IOException if it cannot be read
   */
  public int addSums(StoredFile file, long first, int[] sums, int done) throws java.io.IOException {
    return new SumList(new SharedFile(file, workers), summing, first, sums).add(done);
  }
}
