package io.pipewright.testkit;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a buffer behind for the garbage collector.
 *
 * <p>Needs the system properties {@code io.netty.leakDetection.level=paranoid} and {@code
 * io.netty.customResourceLeakDetector=io.pipewright.testkit.RecordingLeakDetector}. It registers
 * itself where {@code junit.jupiter.extensions.autodetection.enabled=true}; elsewhere, name it in
 * {@code @ExtendWith}.
 *
 * <p>A leak shows when the buffer is collected, so one that a thread still held at the end of its
 * class is found after a later class, or, at the end of the last, not at all.
 */
public final class NoLeaks implements AfterAllCallback {

  private static final long COLLECTION_LIMIT_MILLIS = 2_000;

  /** Made by JUnit. */
  public NoLeaks() {}

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    if (context.getParent().flatMap(ExtensionContext::getTestClass).isPresent()) {
      return; // the class around it does this once for all
    }
    collectGarbage();
    List<String> leaks = RecordingLeakDetector.takeFound();
    if (!leaks.isEmpty()) {
      throw new AssertionError(leaks.size() + " leaked:\n" + String.join("\n", leaks));
    }
  }

  /** Returns when what was unreachable before this call has been seen by the leak detectors. */
  private static void collectGarbage() throws InterruptedException {
    // a thread of the JVM's own hands dead references to their queues, in no order: when it has
    // handed over one of the
    // second collection, it is done with those of the first
    awaitCollection();
    awaitCollection();
    // detectors look into their queues when something new is to be watched
    UnpooledByteBufAllocator.DEFAULT.directBuffer(1, 1).release();
  }

  private static void awaitCollection() throws InterruptedException {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    WeakReference<Object> sentinel = new WeakReference<>(new Object(), queue);
    System.gc();
    if (queue.remove(COLLECTION_LIMIT_MILLIS) != sentinel) {
      throw new AssertionError("no garbage collection in " + COLLECTION_LIMIT_MILLIS
          + " ms, so leaks cannot be found (-XX:+DisableExplicitGC?)");
    }
  }
}
