package io.pipewright.testkit;

import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's leak detector, which also keeps what it found for {@link NoLeaks} to read. Netty makes it
 * when it is named by {@code -Dio.netty.customResourceLeakDetector}, before the first buffer.
 *
 * @param <T> what is watched
 */
public final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {

  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  /**
   * The constructor that Netty calls.
   *
   * @param resourceType what is watched
   * @param samplingInterval one in how many is watched, where the level is not paranoid
   */
  public RecordingLeakDetector(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /**
   * Netty looks for this constructor too, and complains in the log if there is none.
   *
   * @param resourceType what is watched
   * @param samplingInterval one in how many is watched, where the level is not paranoid
   * @param maxActive without effect, in Netty as well
   */
  public RecordingLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
    this(resourceType, samplingInterval);
  }

  /** Takes what was found since the last call, from every detector of this JVM. */
  static List<String> takeFound() {
    List<String> found = new ArrayList<>();
    for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) {
      found.add(leak);
    }
    return found;
  }

  /** Whatever the log's level: a leak that nobody logs is a leak all the same. */
  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    FOUND.add(
        resourceType + " was garbage-collected before it was released. It was used at:" + records);
    super.reportTracedLeak(resourceType, records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    FOUND.add(resourceType + " was garbage-collected before it was released");
    super.reportUntracedLeak(resourceType);
  }
}
