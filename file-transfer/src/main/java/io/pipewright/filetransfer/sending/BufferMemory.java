package io.pipewright.filetransfer.sending;

/** A transfer's part of a {@link BufferShare}: a small one, until its peer has shown that it takes more. */
final class BufferMemory implements TransferMemory {

  private final BufferShare share;
  private final Pace pace;

  BufferMemory(BufferShare share, Pace pace) {
    this.share = share;
    this.pace = pace;
  }

  /** How many bytes the next stretch may have, as {@link BufferShare#offer} says. */
  int stretchBytes(int most) {
    return pace.isQuick() ? share.offerTheQuick(most) : share.offer(most);
  }

  /** A peer that takes nothing holds one stretch. */
  @Override
  public boolean allowsReadingAhead() {
    return pace.isQuick();
  }

  @Override
  public void take(int bytes) {
    share.take(bytes);
  }

  @Override
  public void letGo(int bytes) {
    share.letGo(bytes);
  }

  @Override
  public void wrote(int bytes, long nanos) {
    share.letGo(bytes);
    pace.wrote(bytes, nanos);
  }
}
