package io.pipewright.watchdog;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An event loop that did not get to its next task in time.
 *
 * @param thread the loop's thread
 * @param blocker the class of the handler that holds it up, or else the innermost class that is neither Netty's nor the JDK's
 * @param peer whose connection it was reading from; empty when it ran a task or a timer instead
 * @param blockedFor how long the task has been waiting, or had waited when it ran
 * @param over whether the loop is free again; each blocked loop is reported twice
 * @param stack what the thread was doing when it was found blocked, innermost first
 */
public record BlockedLoop(
    String thread,
    String blocker,
    Optional<SocketAddress> peer,
    Duration blockedFor,
    boolean over,
    List<StackTraceElement> stack) {

  /** Copies the stack. */
  public BlockedLoop {
    stack = List.copyOf(stack);
  }

  BlockedLoop over(Duration blockedFor) {
    return new BlockedLoop(thread, blocker, peer, blockedFor, true, stack);
  }

  /** One line for people. */
  @Override
  public String toString() {
    String whose = peer.map(address -> ", serving " + address).orElse("");
    return over
        ? "%s is free again: %s held it up for %d ms%s"
            .formatted(thread, blocker, blockedFor.toMillis(), whose)
        : "%s is held up by %s for %d ms%s; all its connections wait (at %s)"
            .formatted(thread, blocker, blockedFor.toMillis(), whose, at());
  }

  private String at() {
    return stack.stream()
        .filter(frame -> frame.getClassName().equals(blocker))
        .findFirst()
        .map(frame -> frame.getMethodName() + ":" + frame.getLineNumber())
        .orElse("an unknown line");
  }
}
