package io.pipewright.pipeline;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.pipewright.ConfigurationException;
import java.util.Objects;
import java.util.function.Supplier;

/** Checks the handlers that users bring, so that a mistake never waits for the first client. */
final class UserHandlers {

  private UserHandlers() {}

  /**
   * Asks the supplier for two handlers, as two channels would, and drops them.
   *
   * @throws ConfigurationException if it fails, gives nothing, or gives one instance twice that is not sharable
   */
  static Stage perChannel(Slot slot, String name, Supplier<? extends ChannelHandler> handlers) {
    checkName(name);
    Objects.requireNonNull(handlers, "handlers");
    ChannelHandler first = supply(name, handlers);
    ChannelHandler second = supply(name, handlers);
    if (first == second && !isSharable(first)) {
      throw new ConfigurationException(
          name,
          first,
          "the supplier gives the same "
              + typeName(first)
              + " to every channel, and that is not @Sharable; make a new one each time");
    }
    return new Stage(slot, name, typeName(first), handlers);
  }

  /**
   * @throws ConfigurationException if the handler is not sharable
   */
  static Stage shared(Slot slot, String name, ChannelHandler handler) {
    checkName(name);
    Objects.requireNonNull(handler, "handler");
    if (!isSharable(handler)) {
      throw new ConfigurationException(
          name,
          handler,
          "one "
              + typeName(handler)
              + " cannot serve every channel, as it is not @Sharable; give a supplier instead");
    }
    return new Stage(slot, name, typeName(handler) + ", shared", () -> handler);
  }

  private static void checkName(String name) {
    if (name == null || name.isBlank()) {
      throw new ConfigurationException("name", name, "a handler needs a name");
    }
  }

  private static ChannelHandler supply(String name, Supplier<? extends ChannelHandler> handlers) {
    ChannelHandler handler;
    try {
      handler = handlers.get();
    } catch (RuntimeException e) {
      ConfigurationException refused =
          new ConfigurationException(name, handlers, "the supplier failed: " + e);
      refused.initCause(e);
      throw refused;
    }
    if (handler == null) {
      throw new ConfigurationException(name, null, "the supplier gives no handler");
    }
    return handler;
  }

  private static boolean isSharable(ChannelHandler handler) {
    return handler instanceof ChannelHandlerAdapter adapter
        ? adapter.isSharable()
        : handler.getClass().isAnnotationPresent(ChannelHandler.Sharable.class);
  }

  private static String typeName(ChannelHandler handler) {
    String simple = handler.getClass().getSimpleName();
    return simple.isEmpty() ? handler.getClass().getName() : simple;
  }
}
