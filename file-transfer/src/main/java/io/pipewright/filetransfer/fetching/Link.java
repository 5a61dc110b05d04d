package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.saving.DiskQueue;
import io.pipewright.filetransfer.saving.DiskThreads;
import java.util.concurrent.atomic.AtomicLong;

/** A connection, and the way of what it brings to the disk, which has a say in how fast it is read. */
final class Link {

  private final NativeConnection connection;
  private final DiskQueue disk;
  private final AtomicLong pauses = new AtomicLong();

  /**
   * @param connection greeted and ready
   * @param threads write what it brings
   */
  Link(NativeConnection connection, DiskThreads threads) {
    this.connection = connection;
    this.disk = new DiskQueue(threads, connection.eventLoop(), new DiskQueue.Flow() {
      @Override
      public void pause() {
        pauses.lazySet(pauses.getPlain() + 1); // nobody else writes it
        connection.pause();
      }

      @Override
      public void resume() {
        connection.resume();
      }
    });
  }

  NativeConnection connection() {
    return connection;
  }

  /** How often it has had to wait for the disk; from any thread, and then a moment old. */
  long pauses() {
    return pauses.get();
  }

  /** Used on the connection's event loop alone. */
  DiskQueue disk() {
    return disk;
  }
}
