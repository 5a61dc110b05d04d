package io.pipewright.filetransfer;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.fetching.FetchSettings;
import io.pipewright.filetransfer.plain.FetchHandler;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.transport.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Settings of a {@link FileClient}; all defaults stand here. Not thread-safe; may be used to build several clients. */
public final class FileClientBuilder {

  private List<Endpoint> servers = List.of();
  private Consumer<TcpClientBuilder> socket = tcp -> {};
  private Dialect dialect = Dialect.PLAIN;
  private Duration timeout = Duration.ofSeconds(30);
  private int retries = 10;
  private Backoff backoff = Backoff.defaults();
  private Connections connections = Connections.auto();
  private boolean fsync = true;
  private long limitBytesPerSecond;
  private boolean wireLog;

  FileClientBuilder() {}

  /**
   * The servers that give the same files, instead of the one that {@link #socket} names.
   *
   * @param servers one or more; the plain dialect takes one
   * @return this
   * @throws ConfigurationException if there is none, or one twice
   */
  public FileClientBuilder servers(Endpoint... servers) {
    return servers(List.of(servers));
  }

  /**
   * As {@link #servers(Endpoint...)}.
   *
   * @param servers one or more
   * @return this
   * @throws ConfigurationException if there is none, or one twice
   */
  public FileClientBuilder servers(List<Endpoint> servers) {
    if (servers.isEmpty() || servers.stream().distinct().count() < servers.size()) {
      throw new ConfigurationException(
          "servers", servers, "must be one or more, each once, not " + servers);
    }
    this.servers = List.copyOf(servers);
    return this;
  }

  /**
   * Sets the sockets: transport, event loops, connect timeout, TLS, other protections; host and port too, unless
   * {@link #servers} were named.
   *
   * @param settings is given the builder of each server's TCP client; the pipeline is set here
   * @return this
   */
  public FileClientBuilder socket(Consumer<TcpClientBuilder> settings) {
    this.socket = socket.andThen(settings);
    return this;
  }

  /**
   * The language to speak. Default {@link Dialect#PLAIN}.
   *
   * @param dialect what the servers understand
   * @return this
   */
  public FileClientBuilder dialect(Dialect dialect) {
    this.dialect = Objects.requireNonNull(dialect, "dialect");
    return this;
  }

  /**
   * How long a server may be silent before its connection is given up. Default 30 s.
   *
   * @param timeout a millisecond or more
   * @return this
   * @throws ConfigurationException if less
   */
  public FileClientBuilder timeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
      throw new ConfigurationException(
          "timeout", timeout, "must be a millisecond or more, not " + timeout);
    }
    this.timeout = timeout;
    return this;
  }

  /**
   * How many tries in a row may bring nothing before a server is given up that has answered before. One that brings a block
   * begins the count anew. Default 10; the plain dialect tries once.
   *
   * @param retries 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public FileClientBuilder retries(int retries) {
    if (retries < 0) {
      throw new ConfigurationException("retries", retries, "must be 0 or more, not " + retries);
    }
    this.retries = retries;
    return this;
  }

  /**
   * How long to wait between those tries. Default {@link Backoff#defaults()}.
   *
   * @param backoff the waits
   * @return this
   */
  public FileClientBuilder backoff(Backoff backoff) {
    this.backoff = Objects.requireNonNull(backoff, "backoff");
    return this;
  }

  /**
   * How many connections bring one file. Default {@link Connections#auto()}; the plain dialect takes one.
   *
   * @param connections how many, or as many as help
   * @return this
   */
  public FileClientBuilder connections(Connections connections) {
    this.connections = Objects.requireNonNull(connections, "connections");
    return this;
  }

  /**
   * Whether a file and its folder are forced to the disk before its name counts: it is then there, whole, also after a power
   * cut. Default true; the plain dialect never does.
   *
   * @param fsync on or off
   * @return this
   */
  public FileClientBuilder fsync(boolean fsync) {
    this.fsync = fsync;
    return this;
  }

  /**
   * How many bytes a second all connections of this client may receive together. Default 0: as many as they can.
   *
   * @param bytesPerSecond 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public FileClientBuilder limitRate(long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new ConfigurationException(
          "limitRate", bytesPerSecond, "must be 0 (no limit) or more, not " + bytesPerSecond);
    }
    this.limitBytesPerSecond = bytesPerSecond;
    return this;
  }

  /**
   * Whether to log what passes, to the logger {@code io.pipewright.wire.file-transfer} at debug level. Default no.
   *
   * @param wireLog on or off
   * @return this
   */
  public FileClientBuilder wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * Builds the client, with an event loop of its own unless some were lent. Opens no socket and no file.
   *
   * @return the client, to be closed by the caller
   * @throws ConfigurationException if no port was named, or settings do not go together
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public FileClient build() {
    if (dialect == Dialect.NATIVE) {
      throw new ConfigurationException(
          "dialect", dialect, "this client speaks the plain dialect only");
    }
    if (servers.size() > 1) {
      throw new ConfigurationException(
          "servers", servers, "the plain dialect takes one, not " + servers.size());
    }
    var settings = new FetchSettings(timeout, retries, backoff, connections, fsync);
    PipelineBuilder pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("fetch", () -> new FetchHandler(settings.timeout()));
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    TcpClientBuilder tcp = TcpClient.builder()
        .workload(Workload.FILES)
        .port(FileServer.DEFAULT_PORT)
        .allowHalfClosure(true);
    socket.accept(tcp);
    servers.forEach(tcp::server);
    if (limitBytesPerSecond > 0) {
      tcp.shaping(Shaping.builder().totalReadBytesPerSecond(limitBytesPerSecond).build());
    }
    return new FileClient(tcp.pipeline(pipeline.build()).build(), settings);
  }
}
