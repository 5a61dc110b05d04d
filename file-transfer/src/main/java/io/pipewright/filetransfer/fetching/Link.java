package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.saving.DiskQueue;
import io.pipewright.filetransfer.saving.DiskThreads;

/** A connection, and the way of what it brings to the disk, which has a say in how fast it is read. */
final class Link {

  private final NativeConnection connection;
  private final DiskQueue disk;

  /**
   * @param connection greeted and ready
   * @param threads write what it brings
   */
  Link(NativeConnection connection, DiskThreads threads) {
    this.connection = connection;
    this.disk = new DiskQueue(threads, connection.eventLoop(), new DiskQueue.Flow() {
      @Override
      public void pause() {
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

  /** Used on the connection's event loop alone. */
  DiskQueue disk() {
    return disk;
  }
}
