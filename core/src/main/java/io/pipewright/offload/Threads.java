package io.pipewright.offload;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The executors that an {@link Offload} makes itself. */
final class Threads {

  static final int POOLED_BY_DEFAULT = 64;

  private static final long IDLE_THREAD_SECONDS = 30;

  private Threads() {}

  /** A virtual thread a task (JEP 444); empty before JDK 21. The code is compiled for 17, so it is looked up by name. */
  static Optional<ExecutorService> virtual() {
    try {
      MethodHandle perTask = MethodHandles.publicLookup()
          .findStatic(
              Executors.class,
              "newVirtualThreadPerTaskExecutor",
              MethodType.methodType(ExecutorService.class));
      return Optional.of((ExecutorService) perTask.invoke());
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads are there, but cannot be had", e);
    }
  }

  /** Its queue needs no bound: a connection has one task in it at most. */
  static ExecutorService pool(int threads) {
    ThreadPoolExecutor pool = new ThreadPoolExecutor(
        threads,
        threads,
        IDLE_THREAD_SECONDS,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory("offload", true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
