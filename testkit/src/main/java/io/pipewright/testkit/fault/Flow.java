package io.pipewright.testkit.fault;

import io.pipewright.testkit.fault.StreamFaults.End;
import io.pipewright.testkit.fault.StreamFaults.Flip;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * One direction of a connection: reads what one socket sends, counts it, turns bits over, sees where
 * it is to end, and hands it on. Lives on the proxy's loop alone.
 *
 * <pre>
 *  source ──► Flow: flips, ends ──► Delivery: coalesce, delay, throttle, split ──► target
 * </pre>
 */
final class Flow {

  /** How much may be between reading and writing; then the source has to wait. */
  static final int WINDOW_BYTES = 1 << 20;

  private enum Source {
    READ,
    /** Read and thrown away: the target has its end already. */
    DISCARDED,
    /** Not read: stalled, or about to be cut or reset. */
    HELD,
    ENDED
  }

  private final Link link;
  private final SocketChannel from;
  private final Traffic traffic;
  private final Delivery delivery;

  private StreamFaults faults;
  private Source source = Source.READ;
  private long received;
  private int nextEnd;
  private int nextFlip;

  Flow(Link link, SocketChannel from, Delivery delivery, Traffic traffic, StreamFaults faults) {
    this.link = link;
    this.from = from;
    this.delivery = delivery;
    this.traffic = traffic;
    this.faults = faults;
  }

  /** Does what must not wait for a byte: a cut after none. */
  void start() {
    reachEnds();
    delivery.deliver();
  }

  /** Goes on with other faults; what waits to be delivered keeps its time. */
  void faults(StreamFaults changed) {
    faults = changed;
    delivery.faults(changed);
    nextEnd = 0;
    nextFlip = 0;
    if (source == Source.HELD) {
      source = Source.READ;
    }
    start();
  }

  Delivery delivery() {
    return delivery;
  }

  boolean wantsRead() {
    return source == Source.DISCARDED
        || (source == Source.READ && delivery.waitingBytes() < WINDOW_BYTES);
  }

  /** Whether nothing more can happen: the source has ended, and the target knows. */
  boolean isDone() {
    return source == Source.ENDED && delivery.isFinished();
  }

  /** Reads once, and delivers what may be delivered. */
  void receive(ByteBuffer buffer) {
    if (!wantsRead()) {
      return;
    }
    buffer.clear().limit(room(buffer.capacity()));
    int count;
    try {
      count = from.read(buffer);
    } catch (IOException e) {
      endInReset();
      return;
    }
    if (count < 0) {
      sourceEnded();
    } else if (count > 0) {
      received(buffer.flip());
    }
    delivery.deliver();
  }

  private int room(int atMost) {
    long untilEnd =
        nextEnd < faults.ends().size() ? faults.ends().get(nextEnd).after() - received : atMost;
    int window = source == Source.DISCARDED ? atMost : WINDOW_BYTES - delivery.waitingBytes();
    return (int) Math.min(atMost, Math.min(window, untilEnd));
  }

  private void received(ByteBuffer bytes) {
    long offset = received;
    received += bytes.remaining();
    traffic.received(bytes.remaining());
    if (source == Source.DISCARDED) {
      traffic.discarded(bytes.remaining());
    } else {
      flipBits(bytes, offset);
      delivery.take(bytes, offset);
    }
    reachEnds();
  }

  private void flipBits(ByteBuffer bytes, long offset) {
    for (; nextFlip < faults.flips().size(); nextFlip++) {
      Flip flip = faults.flips().get(nextFlip);
      if (flip.offset() >= received) {
        return;
      }
      if (flip.offset() >= offset) { // else it had gone by when these faults were set
        int at = bytes.position() + (int) (flip.offset() - offset);
        bytes.put(at, (byte) (bytes.get(at) ^ (1 << flip.bit())));
        traffic.applied(Fault.FLIP_BIT, flip.offset());
      }
    }
  }

  private void reachEnds() {
    while (nextEnd < faults.ends().size()
        && (source == Source.READ || source == Source.DISCARDED)) {
      End end = faults.ends().get(nextEnd);
      if (end.after() > received) {
        return;
      }
      nextEnd++;
      reach(end.fault());
    }
  }

  private void reach(Fault fault) {
    if (fault == Fault.HALF_CLOSE && source == Source.DISCARDED) {
      return; // the target has its end already
    }
    source = fault == Fault.HALF_CLOSE ? Source.DISCARDED : Source.HELD;
    long offset = received;
    delivery.afterAllBefore(() -> {
      traffic.applied(fault, offset);
      switch (fault) {
        case HALF_CLOSE -> delivery.finish();
        case CUT -> link.cut();
        case RESET -> link.reset();
        default -> {} // stalled: that nothing happens is what happens
      }
    });
  }

  private void sourceEnded() {
    boolean targetKnows = source == Source.DISCARDED;
    source = Source.ENDED;
    delivery.afterAllBefore(targetKnows ? link::closeIfDone : delivery::finish);
  }

  /** The source is gone by a reset: passes that on, behind what came before it. */
  void endInReset() {
    source = Source.ENDED;
    delivery.afterAllBefore(link::reset);
    delivery.deliver();
  }

  /** Throws away what waits and what comes, and ends the target's input now: for a cut. */
  void discardFromNowOn() {
    nextEnd = faults.ends().size();
    if (source != Source.ENDED) {
      source = Source.DISCARDED;
    }
    delivery.finishNow();
  }

  /** Throws away what waits: nobody is there to take it. */
  void forget() {
    source = Source.ENDED;
    delivery.forget();
  }
}
