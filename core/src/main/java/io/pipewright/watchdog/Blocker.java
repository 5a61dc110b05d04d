package io.pipewright.watchdog;

import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.function.Predicate;

/** Finds in a thread's stack whose code it is that does not return. */
final class Blocker {

  private static final List<String> NOT_TO_BLAME = List.of("io.netty.", "java.", "jdk.", "sun.");

  private Blocker() {}

  /** The innermost handler that is not Netty's; else the innermost class of nobody's library; else the innermost class. */
  static String of(StackTraceElement[] stack) {
    String handler = first(stack, name -> isForeign(name) && isHandler(name));
    String foreign = handler == null ? first(stack, Blocker::isForeign) : handler;
    return foreign == null ? first(stack, name -> true) : foreign;
  }

  private static String first(StackTraceElement[] stack, Predicate<String> test) {
    for (StackTraceElement frame : stack) {
      if (test.test(frame.getClassName())) {
        return frame.getClassName();
      }
    }
    return null;
  }

  private static boolean isForeign(String className) {
    return NOT_TO_BLAME.stream().noneMatch(className::startsWith);
  }

  private static boolean isHandler(String className) {
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      return ChannelHandler.class.isAssignableFrom(Class.forName(className, false, loader));
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // hidden, or of another loader: it may still be blamed as a class
    }
  }
}
