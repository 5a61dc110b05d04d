package io.pipewright.filetransfer.saving;

import io.netty.buffer.ByteBuf;

/** Takes the bytes of one thing, in order, on disk threads, one call at a time. Throws nothing. */
interface Intake {

  /**
   * Takes bytes.
   *
   * @param piece released when they are not needed any longer
   */
  void take(ByteBuf piece);

  /** Everything has come. */
  void end();

  /** Nothing more will come: what has come is given up. Without effect after {@link #end}. */
  void abandon();

  /** As {@link #end}, where the disk's threads have ended: what has come is given up, and whoever waits is told. */
  void refuse();
}
