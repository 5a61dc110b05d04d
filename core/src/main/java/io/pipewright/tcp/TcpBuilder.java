package io.pipewright.tcp;

import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.address.HostPort;
import io.pipewright.address.UnixPath;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.shaping.Shaping;
import io.pipewright.socket.SocketBuilder;
import io.pipewright.transport.EventLoops;
import io.pipewright.transport.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a TCP server's and a TCP client's builder have in common: socket options and the pipeline. All defaults stand here.
 *
 * @param <B> the builder itself
 */
public abstract class TcpBuilder<B extends TcpBuilder<B>> extends SocketBuilder<B> {

  /** The name of the shaping handler in a connection's pipeline. */
  static final String SHAPING = "shaping";

  private String host = "127.0.0.1";
  private int port;
  private Pipeline pipeline;
  private final Map<String, Stage> protections = new LinkedHashMap<>();
  private boolean tcpNoDelay = true;
  private boolean keepAlive;
  private boolean allowHalfClosure;
  private int lowWaterMarkBytes = 256 * 1024;
  private int highWaterMarkBytes = 512 * 1024;

  TcpBuilder() {
    super(Workload.TCP);
  }

  /**
   * The name or address to listen on or to connect to. Default {@code 127.0.0.1}.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @return this
   * @throws ConfigurationException if empty
   */
  public B host(String host) {
    this.host = checkedHost(host);
    return self();
  }

  /**
   * The port to listen on or to connect to.
   *
   * @param port 0 to 65,535; a server that is given 0 takes a free one
   * @return this
   * @throws ConfigurationException if out of range
   */
  public B port(int port) {
    this.port = checkedPort(port, 0);
    return self();
  }

  /**
   * What happens to the bytes of each connection.
   *
   * @param pipeline a pipeline that names its framing
   * @return this
   * @throws ConfigurationException if it names none
   */
  public B pipeline(Pipeline pipeline) {
    Objects.requireNonNull(pipeline, "pipeline");
    if (pipeline.framing().isEmpty()) {
      throw new ConfigurationException(
          "framing",
          null,
          "a TCP pipeline must name its framing; Framing.none() says that what a read brings is a message");
    }
    this.pipeline = pipeline;
    return self();
  }

  /**
   * {@code TCP_NODELAY}: whether small writes go out at once. Default true.
   *
   * @param tcpNoDelay on or off
   * @return this
   */
  public B tcpNoDelay(boolean tcpNoDelay) {
    this.tcpNoDelay = tcpNoDelay;
    return self();
  }

  /**
   * {@code SO_KEEPALIVE}: whether the kernel probes a silent peer. Default false; an idle policy ends one sooner.
   *
   * @param keepAlive on or off
   * @return this
   */
  public B keepAlive(boolean keepAlive) {
    this.keepAlive = keepAlive;
    return self();
  }

  /**
   * Who closes a connection whose peer has finished sending. Default false: Pipewright does, when everything that is written
   * or {@linkplain io.pipewright.InFlight in flight} has been sent. True: the handlers do, after Netty's
   * {@code ChannelInputShutdownEvent}, and may go on sending as long as they like.
   *
   * @param allowHalfClosure whether the handlers close
   * @return this
   */
  public B allowHalfClosure(boolean allowHalfClosure) {
    this.allowHalfClosure = allowHalfClosure;
    return self();
  }

  /**
   * When a connection counts as unwritable: from {@code highBytes} of unsent bytes until they are down to {@code lowBytes}.
   * A peer that does not read costs at most {@code highBytes} plus one read (64 KiB) in the process. Default 256 and
   * 512 KiB: several reads fit before writing has to keep up.
   *
   * @param lowBytes 0 or more
   * @param highBytes at least {@code lowBytes}
   * @return this
   * @throws ConfigurationException if they are not in order
   */
  public B writeBufferWaterMark(int lowBytes, int highBytes) {
    if (lowBytes < 0 || highBytes < lowBytes || highBytes == 0) {
      throw new ConfigurationException(
          "writeBufferWaterMark",
          lowBytes + "," + highBytes,
          "must be 0 <= low <= high and high > 0, not %d and %d".formatted(lowBytes, highBytes));
    }
    this.lowWaterMarkBytes = lowBytes;
    this.highWaterMarkBytes = highBytes;
    return self();
  }

  /**
   * How many bytes a second connections may move: each, and all that share the shaping together. Default: as many as they can.
   *
   * @param shaping live: its rates may change while connections run
   * @return this
   */
  public B shaping(Shaping shaping) {
    return protection(new Stage(Slot.SHAPING, SHAPING, shaping.toString(), shaping::newHandler));
  }

  /** The event loops, of a transport that does for these endpoints, unless one was named. */
  final EventLoops eventLoopsFor(List<Endpoint> endpoints) {
    boolean unix = endpoints.stream().anyMatch(UnixPath.class::isInstance);
    return obtainEventLoops(unix && workload() == Workload.TCP ? Workload.UNIX : workload());
  }

  /** What host and port say. */
  final Endpoint hostAndPort() {
    return Endpoint.of(host, port);
  }

  final boolean handlersClose() {
    return allowHalfClosure;
  }

  /**
   * Adds a protection to every connection's pipeline, or replaces the one of the same name. It belongs to the socket, not to
   * the messages: one pipeline serves with it and without.
   */
  final B protection(Stage stage) {
    protections.put(stage.name(), stage);
    return self();
  }

  /** The pipeline, which somebody must have named by now, with the protections in their slots. */
  final Pipeline requirePipeline() {
    if (pipeline == null) {
      throw new ConfigurationException("pipeline", null, "name the pipeline of the connections");
    }
    Pipeline whole = pipeline;
    for (Stage protection : protections.values()) {
      whole = whole.with(protection);
    }
    return whole;
  }

  /**
   * The options of a connected socket.
   *
   * @param endpoint what it is connected by: a Unix domain socket has no options of TCP
   */
  final Map<ChannelOption<?>, Object> socketOptions(Endpoint endpoint) {
    Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
    if (endpoint instanceof HostPort) {
      options.put(ChannelOption.TCP_NODELAY, tcpNoDelay);
      options.put(ChannelOption.SO_KEEPALIVE, keepAlive);
    }
    options.put(
        ChannelOption.WRITE_BUFFER_WATER_MARK,
        new WriteBufferWaterMark(lowWaterMarkBytes, highWaterMarkBytes));
    bufferOptions(options::put);
    return options;
  }
}
