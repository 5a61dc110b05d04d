package io.pipewright.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peer's {@code close_notify}: the end of its sending, and in TLS 1.3 of nothing else (RFC 8446, section 6.1).
 *
 * <p>Netty 4.2.18 answers it at once when the engine is BoringSSL, and nothing can be sent any more: answers to what came
 * before are lost, even to what came in the same read. The engine does so in {@code closeAll()}, unless it has noted that it
 * did so before. So the note is made when the handshake is done, and whether {@code close_notify} came is asked of BoringSSL
 * itself. The note is a private field; where it is out of reach (another Netty, a module path) Netty's way stays in TLS 1.3,
 * and what is written after the peer's {@code close_notify} fails.
 *
 * <p>The JDK's engine leaves the other direction open in TLS 1.3 and closes it in TLS 1.2: there {@link AlertGate} helps.
 */
final class CloseNotify {

  private static final Logger log = LoggerFactory.getLogger(CloseNotify.class);

  private CloseNotify() {}

  /** Whether the engine's way of ending both directions has to be kept from it, record by record. */
  static boolean needsGate(SSLEngine engine) {
    return !(engine instanceof ReferenceCountedOpenSslEngine) || !BoringSsl.isOpenable();
  }

  /**
   * Lets a peer's {@code close_notify} end its own direction only. To be called between the handshake and the first record
   * behind it.
   *
   * @return tells whether {@code close_notify} has come; to be asked on the event loop
   */
  static BooleanSupplier halfClosing(SSLEngine engine) {
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl && BoringSsl.isOpenable()) {
      BoringSsl.keepSending(openSsl);
      return () -> BoringSsl.received(openSsl);
    }
    return engine::isInboundDone;
  }

  /** Loaded only where tcnative is. */
  private static final class BoringSsl {

    private static final Optional<VarHandle> RECEIVED_SHUTDOWN = find();

    private BoringSsl() {}

    private static Optional<VarHandle> find() {
      try {
        Class<?> engine = ReferenceCountedOpenSslEngine.class;
        return Optional.of(MethodHandles.privateLookupIn(engine, MethodHandles.lookup())
            .findVarHandle(engine, "receivedShutdown", boolean.class));
      } catch (ReflectiveOperationException e) {
        log.debug("a peer's close_notify will end both directions", e);
        return Optional.empty();
      }
    }

    static boolean isOpenable() {
      return RECEIVED_SHUTDOWN.isPresent();
    }

    static void keepSending(ReferenceCountedOpenSslEngine engine) {
      synchronized (engine) { // as the engine itself guards it
        RECEIVED_SHUTDOWN.orElseThrow().set(engine, true);
      }
    }

    static boolean received(ReferenceCountedOpenSslEngine engine) {
      synchronized (engine) {
        long ssl = engine.sslPointer();
        return ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
      }
    }
  }
}
