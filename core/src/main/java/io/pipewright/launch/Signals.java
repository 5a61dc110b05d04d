package io.pipewright.launch;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * SIGINT, SIGTERM and SIGHUP as calls of a method, and SIGUSR1 as calls of another.
 *
 * <p>A shutdown hook could hear of them too, but then the JVM is ending already: the exit code is
 * the signal's, whatever the drain came to, and a second signal cannot be told from the first. The
 * class that does it right, {@code sun.misc.Signal}, is public in the module {@code
 * jdk.unsupported} and has no successor; it is reached by reflection because a compiler with {@code
 * -Werror} does not let it be named.
 */
final class Signals {

  private static final List<String> TO_STOP = List.of("INT", "TERM", "HUP");
  private static final String TO_TELL = "USR1";

  private final Map<Object, Object> earlierHandlers = new LinkedHashMap<>();
  private final Method handle;

  private Signals(Method handle) {
    this.handle = handle;
  }

  /**
   * Sends the signals to the actions, each on a thread of the JVM's. A signal that the process was started to ignore stays
   * ignored ({@code nohup}); one that the platform lacks is left out.
   *
   * @param stop is given the name of a signal to stop ({@code SIGTERM})
   * @param tell what SIGUSR1 asks for, which would end the process if nobody took it
   * @throws ReflectiveOperationException when this JVM has no {@code sun.misc.Signal}
   */
  static Signals handle(Consumer<String> stop, Runnable tell) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Signals signals = new Signals(signal.getMethod("handle", signal, handler));
    for (String name : TO_STOP) {
      signals.take(signal, name, proxy(handler, stop));
    }
    signals.take(signal, TO_TELL, proxy(handler, name -> tell.run()));
    return signals;
  }

  private static Object proxy(Class<?> handler, Consumer<String> action) {
    return Proxy.newProxyInstance(
        handler.getClassLoader(), new Class<?>[] {handler}, new Handler(action));
  }

  private void take(Class<?> type, String name, Object handler)
      throws ReflectiveOperationException {
    try {
      Object signal = type.getConstructor(String.class).newInstance(name);
      earlierHandlers.put(signal, handle.invoke(null, signal, handler));
    } catch (InvocationTargetException e) {
      // IllegalArgumentException: Windows has no SIGHUP, and -Xrs leaves all of them to the
      // platform
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
    }
  }

  /** Gives the signals back to whoever had them. */
  void restore() {
    earlierHandlers.forEach((signal, handler) -> {
      try {
        handle.invoke(null, signal, handler);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("the handler of " + signal + " cannot be put back", e);
      }
    });
    earlierHandlers.clear();
  }

  /** The one method of sun.misc.SignalHandler, {@code handle(Signal)}, and those of Object. */
  private record Handler(Consumer<String> action) implements InvocationHandler {

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) {
      return switch (method.getName()) {
        case "handle" -> {
          action.accept(String.valueOf(args[0])); // Signal.toString() is "SIGTERM"
          yield null;
        }
        case "equals" -> proxy == args[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "signal handler";
      };
    }
  }
}
