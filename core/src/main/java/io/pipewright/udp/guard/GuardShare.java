package io.pipewright.udp.guard;

import io.netty.channel.ChannelHandler;
import io.pipewright.log.BoundedLog;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/** What the handlers of one server's sockets share: the budget in all, the machine's networks, a log of a bounded rate. */
final class GuardShare {

  private static final int LINES_PER_SECOND = 1;

  private final ReflectionGuard settings;
  private final LongSupplier nanos;
  private final TotalRate total;
  private final LocalNetworks networks;
  private final BoundedLog log =
      BoundedLog.of(LoggerFactory.getLogger(ReflectionGuard.class), LINES_PER_SECOND);

  GuardShare(ReflectionGuard settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.total = new TotalRate(settings.inAll(), nanos.getAsLong());
    this.networks = new LocalNetworks(nanos.getAsLong());
  }

  /**
   * A handler for one socket.
   *
   * @param refused told each refusal's reason; {@code null} for the counts of the handler's channel
   */
  ChannelHandler newHandler(Consumer<String> refused) {
    return new ReflectionHandler(this, refused);
  }

  ReflectionGuard settings() {
    return settings;
  }

  LongSupplier nanos() {
    return nanos;
  }

  TotalRate total() {
    return total;
  }

  LocalNetworks networks() {
    return networks;
  }

  BoundedLog log() {
    return log;
  }
}
