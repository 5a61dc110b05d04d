package io.pipewright.tcpecho;

import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tcp.TcpServerBuilder;
import io.pipewright.text.TextCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The bootstrap class of the TCP echo service: answers every message with the {@link Reply} it was told to give.
 *
 * <p>After a peer's half-close everything still owed to it is sent before ours.
 *
 * <pre>{@code
 * RunningServer server = TcpEchoServer.builder()
 *     .socket(tcp -> tcp.port(21567))
 *     .customize(pipeline -> pipeline.with(Slot.HANDLER, "audit", AuditHandler::new))
 *     .start();
 * }</pre>
 */
public final class TcpEchoServer {

  private Reply reply = Reply.VERBATIM;
  private Framing framing = Framing.none();
  private TextCodec text;
  private Duration idleTimeout = Duration.ofMinutes(5);
  private boolean wireLog;
  private Clock clock = Clock.system(ZoneId.systemDefault());
  private UnaryOperator<Pipeline> customization = UnaryOperator.identity();
  private final TcpServerBuilder tcp = TcpServer.builder();

  private TcpEchoServer() {}

  /** A builder with every default: verbatim, unframed, on 127.0.0.1 and a free port, 5 minutes of silence allowed. */
  public static TcpEchoServer builder() {
    return new TcpEchoServer();
  }

  /**
   * Sets the socket: host, port, transport, event loops, backlog, buffers.
   *
   * @param settings is given the builder of the TCP server; the pipeline is set here
   * @return this
   */
  public TcpEchoServer socket(Consumer<TcpServerBuilder> settings) {
    settings.accept(tcp);
    return this;
  }

  /**
   * What is answered. Default {@link Reply#VERBATIM}.
   *
   * @param reply the answer
   * @return this
   */
  public TcpEchoServer reply(Reply reply) {
    this.reply = Objects.requireNonNull(reply, "reply");
    return this;
  }

  /**
   * Where a message begins and ends. Default {@link Framing#none()}: what a read brings is a message. For lines that come
   * back with the very terminator they came with: {@code Framing.lines().keepTerminator()}.
   *
   * @param framing the framing of both directions
   * @return this
   */
  public TcpEchoServer framing(Framing framing) {
    this.framing = Objects.requireNonNull(framing, "framing");
    return this;
  }

  /**
   * Treats messages as text, so that no character is cut at a read's edge. Default: bytes. {@link Reply#VERBATIM} never
   * decodes.
   *
   * @param text charset, and policy for bytes that are no text
   * @return this
   */
  public TcpEchoServer text(TextCodec text) {
    this.text = Objects.requireNonNull(text, "text");
    return this;
  }

  /**
   * How long a connection may be silent before it is closed. Default 5 minutes.
   *
   * @param idleTimeout {@link Duration#ZERO} for ever
   * @return this
   * @throws ConfigurationException if negative
   */
  public TcpEchoServer idleTimeout(Duration idleTimeout) {
    if (idleTimeout.isNegative()) {
      throw new ConfigurationException("idleTimeout", idleTimeout, "must not be negative");
    }
    this.idleTimeout = idleTimeout;
    return this;
  }

  /**
   * Whether everything that passes is logged, escaped, to {@code io.pipewright.wire.tcp-echo} at debug level.
   *
   * @param wireLog on or off; default off
   * @return this
   */
  public TcpEchoServer wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * The clock of {@link Reply#TIMESTAMP}. Default: the system's, in its zone.
   *
   * @param clock time and zone
   * @return this
   */
  public TcpEchoServer clock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Changes the pipeline: the way to add handlers of one's own. Called once, by {@link #start()}.
   *
   * @param customization from the service's pipeline (its handler is named "echo") to the one that is used
   * @return this
   */
  public TcpEchoServer customize(UnaryOperator<Pipeline> customization) {
    this.customization = Objects.requireNonNull(customization, "customization");
    return this;
  }

  /**
   * Listens.
   *
   * @return the server, to be closed by the caller
   * @throws io.pipewright.BindFailedException if the port cannot be bound
   * @throws ConfigurationException if the settings do not go together
   */
  public RunningServer start() {
    ConnectionLog log = new ConnectionLog();
    RunningServer server = tcp.pipeline(customization.apply(pipeline(log))).start();
    log.waiting();
    return server;
  }

  private Pipeline pipeline(ConnectionLog log) {
    boolean decodes = text != null && reply.readsText();
    PipelineBuilder pipeline = Pipeline.builder().framing(framing);
    if (decodes) {
      pipeline.text(text);
    }
    if (!idleTimeout.isZero()) {
      pipeline.idle(IdlePolicy.closeAfter(idleTimeout));
    }
    if (wireLog) {
      pipeline.wireLog("tcp-echo");
    }
    Reply answered = reply;
    Clock time = clock;
    return pipeline
        .handler("connection-log", log)
        .handler("echo", () -> answered.newHandler(decodes, time))
        .build();
  }
}
