package io.pipewright.testkit.fault;

import io.pipewright.testkit.fault.Fates.Fate;
import io.pipewright.testkit.fault.Tally.Count;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** One direction of one client's datagrams. Lives on the relay's loop alone. */
final class DatagramFlow {

  /** Sends one datagram, and returns how many bytes the kernel took. */
  @FunctionalInterface
  interface Sender {
    int send(ByteBuffer datagram) throws IOException;
  }

  /** A datagram on its way; one is not another's equal, whatever it says. */
  private static final class Datagram {
    private final ByteBuffer bytes;
    private final Fate fate;

    Datagram(ByteBuffer bytes, Fate fate) {
      this.bytes = bytes;
      this.fate = fate;
    }
  }

  private final Loop loop;
  private final Tally tally;
  private final Random random;
  private final Sender sender;
  private final Set<Datagram> held = new LinkedHashSet<>();
  private int number;

  DatagramFlow(Loop loop, Tally tally, Random random, Sender sender) {
    this.loop = loop;
    this.tally = tally;
    this.random = random;
    this.sender = sender;
  }

  /** Takes a datagram out of a buffer that is used again. */
  void take(ByteBuffer received, Fates fates) {
    Fate fate = fates.of(++number, random);
    tally.add(Count.RECEIVED);
    if (fate.dropped()) {
      tally.add(Count.DROPPED);
      return;
    }
    Datagram datagram = new Datagram(spoiled(received, fate, fates.truncateToBytes()), fate);
    if (fate.duplicated()) {
      tally.add(Count.DUPLICATED);
    }
    if (fate.delay().isZero()) {
      pass(datagram, fates.hold());
    } else {
      tally.add(Count.DELAYED);
      later(fate.delay(), () -> pass(datagram, fates.hold()));
    }
  }

  private ByteBuffer spoiled(ByteBuffer received, Fate fate, int truncateToBytes) {
    if (fate.truncated() && received.remaining() > truncateToBytes) {
      received.limit(received.position() + truncateToBytes);
      tally.add(Count.TRUNCATED);
    }
    ByteBuffer bytes = ByteBuffer.allocate(received.remaining()).put(received).flip();
    if (fate.corrupted() && bytes.hasRemaining()) {
      int bit = (int) (fate.where() * bytes.remaining() * Byte.SIZE);
      int at = bit / Byte.SIZE;
      bytes.put(at, (byte) (bytes.get(at) ^ (1 << (bit % Byte.SIZE))));
      tally.add(Count.CORRUPTED);
    }
    return bytes;
  }

  private void pass(Datagram datagram, Duration hold) {
    if (datagram.fate.overtaken()) {
      held.add(datagram);
      later(hold, () -> {
        if (held.remove(datagram)) { // nobody came to overtake it
          tally.add(Count.DELAYED);
          send(datagram);
        }
      });
      return;
    }
    send(datagram);
    List<Datagram> overtaken = List.copyOf(held);
    held.clear();
    overtaken.forEach(one -> {
      tally.add(Count.REORDERED);
      send(one);
    });
  }

  private void later(Duration time, Runnable task) {
    loop.at(System.nanoTime() + time.toNanos(), task);
  }

  private void send(Datagram datagram) {
    sendOnce(datagram.bytes);
    if (datagram.fate.duplicated()) {
      sendOnce(datagram.bytes);
    }
  }

  private void sendOnce(ByteBuffer bytes) {
    boolean sent;
    try {
      sent = sender.send(bytes.duplicate()) == bytes.remaining();
    } catch (IOException e) {
      sent = false;
    }
    tally.add(sent ? Count.DELIVERED : Count.UNDELIVERABLE);
  }
}
