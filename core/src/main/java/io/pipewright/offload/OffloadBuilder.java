package io.pipewright.offload;

import io.pipewright.ConfigurationException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/** Settings of an {@link Offload}. Not thread-safe. */
public final class OffloadBuilder {

  private Executor executor;
  private int threads;
  private int maxQueued = 256;

  OffloadBuilder() {}

  /**
   * Runs handlers on this executor, which the caller ends, after the servers that use it. It must not run tasks on the thread
   * that brings them.
   *
   * @param executor takes one task a busy connection at a time
   * @return this
   */
  public OffloadBuilder executor(Executor executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Runs handlers on a pool of so many daemon threads, which end when idle; connections wait in line for them. Default 0:
   * virtual threads, one a busy connection, or 64 pooled ones where the JDK has none (before 21).
   *
   * @param threads 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public OffloadBuilder threads(int threads) {
    if (threads < 0) {
      throw new ConfigurationException(
          "threads", threads, "must be 0 (virtual threads) or more, not " + threads);
    }
    this.threads = threads;
    return this;
  }

  /**
   * How many messages of one connection may be queued or being handled before it is not read from. Default 256.
   *
   * @param messages 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public OffloadBuilder maxQueued(int messages) {
    if (messages < 1) {
      throw new ConfigurationException("maxQueued", messages, "must be 1 or more, not " + messages);
    }
    this.maxQueued = messages;
    return this;
  }

  /**
   * Builds it; threads start when there is work.
   *
   * @return to be closed by the caller
   */
  public Offload build() {
    if (executor != null) {
      return new Offload(executor, false, "a given executor", maxQueued);
    }
    if (threads == 0) {
      Optional<ExecutorService> virtual = Threads.virtual();
      if (virtual.isPresent()) {
        return new Offload(virtual.get(), true, "virtual threads", maxQueued);
      }
    }
    int count = threads == 0 ? Threads.POOLED_BY_DEFAULT : threads;
    return new Offload(Threads.pool(count), true, count + " threads", maxQueued);
  }
}
