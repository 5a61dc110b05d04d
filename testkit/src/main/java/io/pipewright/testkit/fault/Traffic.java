package io.pipewright.testkit.fault;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What one direction has seen: written by the loop, read by anybody. */
final class Traffic {

  private final Direction direction;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong discarded = new AtomicLong();
  private final List<AppliedFault> applied = new CopyOnWriteArrayList<>();
  private final Set<Fault> once = EnumSet.noneOf(Fault.class);

  Traffic(Direction direction) {
    this.direction = direction;
  }

  void received(int bytes) {
    received.addAndGet(bytes);
  }

  void delivered(int bytes) {
    delivered.addAndGet(bytes);
  }

  void discarded(int bytes) {
    discarded.addAndGet(bytes);
  }

  void applied(Fault fault, long offset) {
    applied.add(new AppliedFault(fault, direction, offset));
  }

  /** Notes only the first time. */
  void appliedOnce(Fault fault, long offset) {
    if (once.add(fault)) {
      applied(fault, offset);
    }
  }

  long received() {
    return received.get();
  }

  long delivered() {
    return delivered.get();
  }

  long discarded() {
    return discarded.get();
  }

  List<AppliedFault> applied() {
    return List.copyOf(applied);
  }
}
