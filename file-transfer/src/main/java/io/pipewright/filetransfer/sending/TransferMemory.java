package io.pipewright.filetransfer.sending;

/** What the stretches of one transfer take of the server's memory. Used on the event loop of its channel. */
interface TransferMemory {

  /** For those who have the kernel send what it holds. */
  TransferMemory NONE = new TransferMemory() {

    @Override
    public boolean allowsReadingAhead() {
      return true;
    }

    @Override
    public void take(int bytes) {}

    @Override
    public void letGo(int bytes) {}

    @Override
    public void wrote(int bytes, long nanos) {}
  };

  /** Whether a stretch may be made ready while another waits to be written. */
  boolean allowsReadingAhead();

  /** A stretch is being made ready. */
  void take(int bytes);

  /** Bytes of a stretch will not be written. */
  void letGo(int bytes);

  /**
   * Bytes of a stretch have been written.
   *
   * @param nanos how long that took
   */
  void wrote(int bytes, long nanos);
}
