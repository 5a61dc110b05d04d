package io.pipewright.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.pipewright.ConfigurationException;
import io.pipewright.TransportUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A way to move bytes between sockets and event loops. {@link #AUTO} takes what is measured best
 * for the work and present on the machine; every other constant is that one transport, or an error
 * where it is missing.
 */
@SuppressWarnings("ImmutableEnumChecker") // its suppliers are stateless method references
public enum Transport {
  /** The best that is here: see {@link Workload}. */
  AUTO(() -> null, () -> null),
  /** Linux io_uring. */
  IO_URING(IoUring::unavailabilityCause, IoUringIoHandler::newFactory),
  /** Linux epoll, edge-triggered where Netty uses it so. */
  EPOLL(Epoll::unavailabilityCause, EpollHandlers::new),
  /** macOS and BSD kqueue. */
  KQUEUE(KQueue::unavailabilityCause, KQueueIoHandler::newFactory),
  /** The JDK's selector: on every machine. */
  NIO(() -> null, NioIoHandler::newFactory);

  /**
   * With multishot accept Netty 4.2.18 accepts on io_uring whether it is told to pause or not: out of file descriptors the
   * acceptor then spins and reports tens of thousands of failures a second. Netty reads this when its io_uring classes are
   * loaded; whoever sets it at the command line decides.
   */
  private static final String MULTISHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

  static {
    if (System.getProperty(MULTISHOT_ACCEPT) == null) {
      System.setProperty(MULTISHOT_ACCEPT, "false");
    }
  }

  private final Supplier<Throwable> unavailability;
  private final Supplier<IoHandlerFactory> ioHandlers;

  Transport(Supplier<Throwable> unavailability, Supplier<IoHandlerFactory> ioHandlers) {
    this.unavailability = unavailability;
    this.ioHandlers = ioHandlers;
  }

  /**
   * The transport of that name: {@code auto}, {@code io_uring}, {@code epoll}, {@code kqueue},
   * {@code nio}, in any case.
   *
   * @param name a name
   * @return the transport
   * @throws ConfigurationException if there is none of that name
   */
  public static Transport parse(String name) {
    for (Transport transport : values()) {
      if (transport.toString().equals(name.toLowerCase(Locale.ROOT))) {
        return transport;
      }
    }
    throw new ConfigurationException(
        "transport",
        name,
        "no transport '" + name + "'; there are auto, io_uring, epoll, kqueue, nio");
  }

  /** Whether this machine has it; {@link #AUTO} is always to be had, since NIO is. */
  public boolean isAvailable() {
    return unavailability.get() == null;
  }

  /**
   * Settles which transport to use. The first call may load native libraries: some tens of
   * milliseconds.
   *
   * @param workload what AUTO chooses for
   * @return the transport with the reasons
   * @throws TransportUnavailableException if this is a named transport that the machine lacks
   */
  public TransportChoice choose(Workload workload) {
    Objects.requireNonNull(workload, "workload");
    if (this != AUTO) {
      Throwable missing = unavailability.get();
      if (missing != null) {
        throw new TransportUnavailableException(toString(), reason(missing), missing);
      }
      return new TransportChoice(this, List.of("asked for by name"));
    }
    List<String> reasons = new ArrayList<>();
    for (Transport candidate : workload.preference()) {
      Throwable missing = candidate.unavailability.get();
      if (missing == null) {
        reasons.add(candidate + ": " + workload.merit());
        return new TransportChoice(candidate, reasons);
      }
      reasons.add(candidate + ": not here, " + reason(missing));
    }
    throw new AssertionError("NIO is on every machine");
  }

  IoHandlerFactory newIoHandlers() {
    return ioHandlers.get();
  }

  /**
   * The innermost cause says most: what lies around it is "could not load library" several times
   * over.
   */
  private static String reason(Throwable missing) {
    Throwable root = missing;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  /** The name that users write: {@code io_uring}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
