package io.pipewright.udpecho;

import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.socket.WaitingThreads;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.UdpServer;
import io.pipewright.udp.UdpServerBuilder;
import io.pipewright.udp.guard.ReflectionGuard;
import io.pipewright.udp.session.SessionPolicy;
import io.pipewright.udpecho.measure.UdpEchoMeasurement;
import io.pipewright.udpecho.session.SessionAnswers;
import io.pipewright.udpecho.session.SessionCounter;
import io.pipewright.udpecho.session.SessionCounts;
import io.pipewright.udpecho.session.SessionTable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * The bootstrap class of the UDP echo service: sends every datagram's bytes back to its sender (RFC
 * 862), empty ones too.
 *
 * <pre>{@code
 * RunningUdpServer server = UdpEchoServer.builder()
 *     .socket(udp -> udp.host("0.0.0.0").port(7788))
 *     .customize(pipeline -> pipeline.before("echo", "audit", AuditHandler::new))
 *     .start();
 * }</pre>
 *
 * <p>Datagrams of up to 65,507 bytes come back whole. Not answered, but counted, is what would make a
 * reflector of it: {@link #guard}. Not thread-safe; what {@link #start} returns is.
 */
public final class UdpEchoServer {

  /** How long the answers to the last datagrams may take to leave. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

  /** How many measuring clients are counted for at once, unless told otherwise: 2 MiB at most. */
  public static final int DEFAULT_MEASURED_SESSIONS = 256;

  private final UdpServerBuilder udp = UdpServer.builder();
  private Reply reply = Reply.VERBATIM;
  private long maxDatagrams;
  private Duration idleTimeout = Duration.ZERO;
  private boolean wireLog;
  private int measuredSessions = DEFAULT_MEASURED_SESSIONS;
  private SessionPolicy sessions;
  private ReflectionGuard guard = ReflectionGuard.builder().build();
  private UnaryOperator<Pipeline> customization = UnaryOperator.identity();

  private UdpEchoServer() {}

  /** A builder with every default: answers verbatim, on 127.0.0.1 and a free port, without end. */
  public static UdpEchoServer builder() {
    return new UdpEchoServer();
  }

  /**
   * Sets the socket: host, port, transport, event loops, buffers, the largest datagram.
   *
   * @param settings is given the builder of the UDP server; the pipeline is set here
   * @return this
   */
  public UdpEchoServer socket(Consumer<UdpServerBuilder> settings) {
    settings.accept(udp);
    return this;
  }

  /**
   * What is done with a datagram. Default {@link Reply#VERBATIM}.
   *
   * @param reply the answer, or none
   * @return this
   */
  public UdpEchoServer reply(Reply reply) {
    this.reply = Objects.requireNonNull(reply, "reply");
    return this;
  }

  /**
   * Stops the server after so many datagrams, when the last one is answered; what comes with it or
   * later is not looked at.
   *
   * @param datagrams 1 or more; 0, the default, for no end
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoServer maxDatagrams(long datagrams) {
    if (datagrams < 0) {
      throw new ConfigurationException(
          "maxDatagrams", datagrams, "must be 1 or more, or 0 for no end, not " + datagrams);
    }
    this.maxDatagrams = datagrams;
    return this;
  }

  /**
   * Stops the server when for so long no datagram has come. (There are no connections that could be
   * closed one by one.)
   *
   * @param idleTimeout {@link Duration#ZERO}, the default, for never
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoServer idleTimeout(Duration idleTimeout) {
    if (idleTimeout.isNegative()) {
      throw new ConfigurationException("idleTimeout", idleTimeout, "must not be negative");
    }
    this.idleTimeout = idleTimeout;
    return this;
  }

  /**
   * Whether every datagram is logged, escaped, to {@code io.pipewright.wire.udp-echo} at debug
   * level.
   *
   * @param wireLog on or off; default off
   * @return this
   */
  public UdpEchoServer wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * For how many clients that measure ({@link UdpEchoMeasurement}) datagrams are counted at once, so that
   * they learn on which way theirs are lost. The one that began first goes when another comes. Counts
   * only with {@link Reply#VERBATIM}.
   *
   * @param sessions 1 or more, by default {@value #DEFAULT_MEASURED_SESSIONS}, each of about 8 KiB; 0
   *     for none: then a query is echoed as any datagram
   * @return this
   * @throws ConfigurationException if negative
   */
  public UdpEchoServer measuredSessions(int sessions) {
    if (sessions < 0) {
      throw new ConfigurationException(
          "measuredSessions", sessions, "must be 0 or more, not " + sessions);
    }
    this.measuredSessions = sessions;
    return this;
  }

  /**
   * Gives each peer a channel of its own, so that handlers see {@code ByteBuf}s, as those of a TCP echo do. {@link #idleTimeout},
   * if it was set, then ends the session that was silent for so long, and not the server.
   *
   * @param policy how many sessions, and until when
   * @return this
   */
  public UdpEchoServer sessions(SessionPolicy policy) {
    this.sessions = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Whom it does not answer, and how much it may send: what keeps an echo from being used against others. Default: all that
   * {@link ReflectionGuard} refuses. A server that answers nothing needs none and has none.
   *
   * @param guard stands in front of the pipeline: what it refuses, handlers do not see
   * @return this
   */
  public UdpEchoServer guard(ReflectionGuard guard) {
    this.guard = Objects.requireNonNull(guard, "guard");
    return this;
  }

  /**
   * Changes the pipeline: the way to add handlers of one's own. Called once, by {@link #start()}.
   * Handlers see Netty's {@code DatagramPacket}, or with {@link #sessions} {@code ByteBuf}; one that
   * passes it on releases nothing.
   *
   * @param customization from the service's pipeline (its handler is named "echo") to the one that
   *     is used
   * @return this
   */
  public UdpEchoServer customize(UnaryOperator<Pipeline> customization) {
    this.customization = Objects.requireNonNull(customization, "customization");
    return this;
  }

  /**
   * Listens. Returns when the port is bound; must not be called on an event loop.
   *
   * @return the server, to be closed by the caller
   * @throws io.pipewright.BindFailedException if the port cannot be bound: which address, and why
   * @throws ConfigurationException if the settings do not go together
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningUdpServer start() {
    CompletableFuture<Void> enough = new CompletableFuture<>();
    CompletableFuture<RunningUdpServer> started = new CompletableFuture<>();
    if (reply == Reply.VERBATIM) {
      udp.protection(guard.stage());
    }
    if (maxDatagrams > 0) {
      udp.protection(limit(() -> enough.complete(null)));
    }
    if (sessions != null) {
      udp.sessions(idleTimeout.isZero() ? sessions : sessions.idleAfter(idleTimeout));
    }
    Pipeline pipeline = customization.apply(pipeline(() -> kernelDrops(started.getNow(null))));
    RunningUdpServer server = udp.pipeline(pipeline).start();
    started.complete(server);
    enough.thenRun(() -> server.drainAsync(LAST_ANSWERS));
    return server;
  }

  private static long kernelDrops(RunningUdpServer server) {
    return server == null
        ? SessionCounts.UNKNOWN
        : server.datagramStats().kernelDrops().orElse(SessionCounts.UNKNOWN);
  }

  /** In front of everything, since it counts what comes on all sockets, whoever sends it. */
  private Stage limit(Runnable reached) {
    AtomicLong left = new AtomicLong(maxDatagrams);
    return new Stage(
        Slot.CODEC,
        "limit",
        "ends the server after " + maxDatagrams + " datagrams",
        () -> new DatagramLimit(left, reached));
  }

  private Pipeline pipeline(LongSupplier kernelDrops) {
    PipelineBuilder builder = Pipeline.builder();
    if (wireLog) {
      builder.wireLog(UdpEcho.PROGRAM);
    }
    if (sessions != null) {
      builder.framing(Framing.none());
    } else if (!idleTimeout.isZero()) {
      builder.idle(IdlePolicy.closeAfter(idleTimeout)).handler("idle-notice", new IdleNotice());
    }
    if (reply == Reply.VERBATIM && sessions == null && measuredSessions > 0) {
      SessionTable measured = new SessionTable(measuredSessions);
      builder
          .add(Slot.PROXY, "session-counter", new SessionCounter(measured))
          .handler(
              "session-answers",
              new SessionAnswers(measured, kernelDrops, WaitingThreads.INSTANCE));
    }
    return builder.handler("echo", echo()).build();
  }

  private ChannelHandler echo() {
    if (reply == Reply.NONE) {
      return new SilentHandler();
    }
    return sessions == null ? new EchoHandler() : new SessionEchoHandler();
  }
}
