package io.pipewright.socket;

import io.pipewright.ProtocolException;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What went wrong on the connections of one server, counted by kind. Thread-safe. */
public final class ErrorCounts {

  private static final String ENDING = "Exception";

  /** A crowd of bad peers costs one look at each class's name, not one for each error. */
  private static final ClassValue<String> NAMES = new ClassValue<>() {
    @Override
    protected String computeValue(Class<?> type) {
      return hyphenated(type.getSimpleName());
    }
  };

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /**
   * Counts an error under its kind: a {@link ProtocolException} under its own name, any other as {@code io} or {@code handler}.
   *
   * @param cause what was thrown
   */
  public void count(Throwable cause) {
    count(kind(cause));
  }

  /**
   * Counts something under a kind.
   *
   * @param kind one of a few words with hyphens
   */
  public void count(String kind) {
    counts.computeIfAbsent(kind, fresh -> new LongAdder()).increment();
  }

  /** The counts so far, of the kinds that there were. */
  public Map<String, Long> snapshot() {
    Map<String, Long> snapshot = new TreeMap<>();
    counts.forEach((kind, count) -> snapshot.put(kind, count.sum()));
    return snapshot;
  }

  private static String kind(Throwable cause) {
    if (cause instanceof ProtocolException) {
      return NAMES.get(cause.getClass());
    }
    return cause instanceof IOException ? "io" : "handler";
  }

  /** {@code FrameTooLongException} is {@code frame-too-long}. */
  private static String hyphenated(String name) {
    String stem = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
    return stem.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }
}
