package io.pipewright.socket;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Threads for what may wait: asking a resolver for a name, looking after a socket file, and whatever users let follow the end
 * of a server. Neither event loops, which must not wait, nor the JDK's common pool, which has a thread or a few for the whole
 * process: some names whose resolver does not answer would hold up all that runs there.
 */
public final class WaitingThreads {

  /** As many as wait now; one that has had nothing to do for a minute ends. They keep no JVM up. */
  public static final Executor INSTANCE =
      Executors.newCachedThreadPool(new DefaultThreadFactory("pipewright-waiting", true));

  private WaitingThreads() {}
}
