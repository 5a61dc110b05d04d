package io.pipewright.filetransfer.command;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A signal while a client is at work. It ends the JVM, with the code that the platform has for it (130 after Ctrl-C), but before
 * that what is under way is given up in order.
 */
final class Interruption implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Interruption.class);

  private final Thread hook;
  private volatile boolean here;

  /**
   * Waits for one, until it is closed.
   *
   * @param giveUp what is to be done
   */
  Interruption(Runnable giveUp) {
    hook = new Thread(
        () -> {
          here = true;
          giveUp.run();
        },
        "clean-up");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether it has come: what fails now fails because of it. */
  boolean isHere() {
    return here;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("it is running", e);
    }
  }
}
