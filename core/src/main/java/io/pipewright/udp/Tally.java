package io.pipewright.udp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counts of one channel that go up with every datagram. One thread writes, the channel's event loop; any may read: each
 * number is whole, and no older than what that thread sees of the others.
 */
final class Tally {

  private static final VarHandle RECEIVED = field("received");
  private static final VarHandle RECEIVED_BYTES = field("receivedBytes");
  private static final VarHandle SENT = field("sent");
  private static final VarHandle WRITTEN_BYTES = field("writtenBytes");

  private long received;
  private long receivedBytes;
  private long sent;
  private long writtenBytes;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Tally.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  void countReceived(int bytes) {
    RECEIVED.setOpaque(this, received + 1);
    RECEIVED_BYTES.setOpaque(this, receivedBytes + bytes);
  }

  void countSent() {
    SENT.setOpaque(this, sent + 1);
  }

  void countWritten(int bytes) {
    WRITTEN_BYTES.setOpaque(this, writtenBytes + bytes);
  }

  /** Adds another's counts to these, which nobody else may write meanwhile. */
  void add(Tally other) {
    received += other.received();
    receivedBytes += other.receivedBytes();
    sent += other.sent();
    writtenBytes += other.writtenBytes();
  }

  long received() {
    return (long) RECEIVED.getOpaque(this);
  }

  long receivedBytes() {
    return (long) RECEIVED_BYTES.getOpaque(this);
  }

  long sent() {
    return (long) SENT.getOpaque(this);
  }

  long writtenBytes() {
    return (long) WRITTEN_BYTES.getOpaque(this);
  }
}
