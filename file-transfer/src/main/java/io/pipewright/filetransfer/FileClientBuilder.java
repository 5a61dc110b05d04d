package io.pipewright.filetransfer;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Endpoint;
import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.fetching.FetchSettings;
import io.pipewright.filetransfer.fetching.Fetcher;
import io.pipewright.filetransfer.fetching.NativeFetcher;
import io.pipewright.filetransfer.fetching.PlainFetcher;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.plain.FetchHandler;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.saving.ExistingFile;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.transport.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Settings of a {@link FileClient}; all defaults stand here. Not thread-safe; may be used to build several clients. */
public final class FileClientBuilder {

  private List<Endpoint> servers = List.of();
  private Consumer<TcpClientBuilder> socket = tcp -> {};
  private Dialect dialect = Dialect.NATIVE;
  private Duration timeout = Duration.ofSeconds(30);
  private int retries = 10;
  private Backoff backoff = Backoff.defaults();
  private Connections connections = Connections.auto();
  private ExistingFile existing = ExistingFile.REFUSE;
  private Secret secret;
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
   * The language to speak. Default {@link Dialect#NATIVE}.
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
   * What happens when another file has the name already. Default {@link ExistingFile#REFUSE}. With it and with
   * {@link ExistingFile#SKIP} a file that is here already, as far as size and time tell, is not fetched again. The plain dialect
   * always replaces what is there.
   *
   * @param existing what happens
   * @return this
   */
  public FileClientBuilder existing(ExistingFile existing) {
    this.existing = Objects.requireNonNull(existing, "existing");
    return this;
  }

  /**
   * What to show the servers. Default: nothing. It is sent as it is: over a line that is not encrypted everybody on the way has
   * it. The plain dialect has no way to show one.
   *
   * @param secret the servers' own
   * @return this
   */
  public FileClientBuilder secret(Secret secret) {
    this.secret = Objects.requireNonNull(secret, "secret");
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
    var settings = new FetchSettings(timeout, retries, backoff, connections, existing, fsync);
    Shaping shaping = limitBytesPerSecond == 0
        ? null
        : Shaping.builder().totalReadBytesPerSecond(limitBytesPerSecond).build();
    return new FileClient(
        dialect == Dialect.PLAIN ? plain(settings, shaping) : natively(settings, shaping));
  }

  private Fetcher plain(FetchSettings settings, Shaping shaping) {
    if (servers.size() > 1) {
      throw new ConfigurationException(
          "servers", servers, "the plain dialect takes one, not " + servers.size());
    }
    PipelineBuilder pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("fetch", () -> new FetchHandler(settings.timeout()));
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    TcpClientBuilder tcp = tcp(shaping).allowHalfClosure(true).pipeline(pipeline.build());
    servers.forEach(tcp::server);
    return new PlainFetcher(tcp.build(), settings);
  }

  private Fetcher natively(FetchSettings settings, Shaping shaping) {
    Pipeline pipeline = NativeConnection.pipeline(wireLog);
    List<TcpClient> clients = new ArrayList<>();
    for (int i = 0; i < Math.max(1, servers.size()); i++) {
      TcpClientBuilder tcp = tcp(shaping).pipeline(pipeline);
      if (!servers.isEmpty()) {
        tcp.server(servers.get(i));
      }
      if (i > 0) {
        tcp.eventLoops(clients.get(0).eventLoops());
      }
      clients.add(tcp.build());
    }
    return new NativeFetcher(clients, settings, Optional.ofNullable(secret));
  }

  private TcpClientBuilder tcp(Shaping shaping) {
    TcpClientBuilder tcp =
        TcpClient.builder().workload(Workload.FILES).port(FileServer.DEFAULT_PORT);
    socket.accept(tcp);
    return shaping == null ? tcp : tcp.shaping(shaping);
  }
}
