package io.pipewright.filetransfer;

import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.plain.NameTiming;
import io.pipewright.filetransfer.plain.PlainService;
import io.pipewright.filetransfer.sending.FileWorkers;
import io.pipewright.filetransfer.store.SharedFolder;
import io.pipewright.filetransfer.store.SharingPolicy;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tcp.TcpServerBuilder;
import io.pipewright.transport.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Settings of a {@link FileServer}; all defaults stand here. Not thread-safe; may be used to start several servers. */
public final class FileServerBuilder {

  private static final int MAX_WAITING_REQUESTS = 1024;
  private static final Duration MAX_LINGER = Duration.ofSeconds(5);

  private final TcpServerBuilder tcp = TcpServer.builder()
      .workload(Workload.FILES)
      .port(FileServer.DEFAULT_PORT)
      .backlog(FileServer.DEFAULT_BACKLOG)
      .allowHalfClosure(true);
  private Path root;
  private Duration idleTimeout = FileServer.DEFAULT_IDLE_TIMEOUT;
  private int workers = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
  private NameTiming nameTiming = NameTiming.DEFAULT;
  private boolean wireLog;
  private UnaryOperator<Pipeline> customization = UnaryOperator.identity();

  FileServerBuilder() {}

  /**
   * The folder whose files are served, with all folders in it. It must be named.
   *
   * @param root an existing folder; it is opened by {@link #start()}
   * @return this
   */
  public FileServerBuilder root(Path root) {
    this.root = Objects.requireNonNull(root, "root");
    return this;
  }

  /**
   * Sets the socket: host, port, transport, event loops, backlog, protections.
   *
   * @param settings is given the builder of the TCP server; the pipeline is set here
   * @return this
   */
  public FileServerBuilder socket(Consumer<TcpServerBuilder> settings) {
    settings.accept(tcp);
    return this;
  }

  /**
   * When a connection is ended on which nothing happens: no name comes, or its peer takes no byte. Default 60 s.
   *
   * @param idleTimeout a millisecond or more; {@link Duration#ZERO} for never
   * @return this
   * @throws ConfigurationException if negative or less than a millisecond
   */
  public FileServerBuilder idleTimeout(Duration idleTimeout) {
    if (!idleTimeout.isZero()) {
      IdlePolicy.closeAfter(idleTimeout); // throws if it will not do
    }
    this.idleTimeout = idleTimeout;
    return this;
  }

  /**
   * How many threads call the file system. Default twice the processors, 4 at least.
   *
   * @param threads 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public FileServerBuilder workers(int threads) {
    if (threads < 1) {
      throw new ConfigurationException("workers", threads, "must be 1 or more, not " + threads);
    }
    this.workers = threads;
    return this;
  }

  /**
   * Whether to log what passes, to the logger {@code io.pipewright.wire.file-transfer} at debug level. Default no.
   *
   * @param wireLog on or off
   * @return this
   */
  public FileServerBuilder wireLog(boolean wireLog) {
    this.wireLog = wireLog;
    return this;
  }

  /**
   * Changes the pipeline: the way to add handlers of one's own. Called once by each {@link #start()}.
   *
   * @param customization from the service's pipeline (its handler is named "file-service") to the one that is used
   * @return this
   */
  public FileServerBuilder customize(UnaryOperator<Pipeline> customization) {
    this.customization = Objects.requireNonNull(customization, "customization");
    return this;
  }

  /** How long a name may take: tests have no time to wait. */
  FileServerBuilder nameTiming(NameTiming timing) {
    this.nameTiming = timing;
    return this;
  }

  /**
   * Opens the folder and listens. Returns when the port is bound.
   *
   * @return the server, to be closed by the caller
   * @throws ConfigurationException if the folder is missing or cannot be read
   * @throws BindFailedException if the port cannot be bound: which address, and why
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningServer start() {
    if (root == null) {
      throw new ConfigurationException("root", null, "name the folder to be served");
    }
    SharedFolder folder = SharedFolder.open(root, SharingPolicy.STRICT);
    FileWorkers readers = new FileWorkers(workers, MAX_WAITING_REQUESTS);
    RunningServer server = null;
    try {
      PlainService service = new PlainService(folder, readers, nameTiming, linger());
      server = tcp.pipeline(customization.apply(pipeline(service))).start();
      return new RunningFileServer(server, folder, readers);
    } finally {
      if (server == null) {
        readers.close();
        folder.close();
      }
    }
  }

  /** A peer that does not close its end is not worth more patience than a silent one. */
  private Duration linger() {
    return idleTimeout.isZero() || idleTimeout.compareTo(MAX_LINGER) > 0 ? MAX_LINGER : idleTimeout;
  }

  private Pipeline pipeline(PlainService service) {
    PipelineBuilder pipeline =
        Pipeline.builder().framing(Framing.none()).handler("file-service", service::newHandler);
    if (!idleTimeout.isZero()) {
      pipeline.idle(IdlePolicy.closeAfter(idleTimeout));
    }
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    return pipeline.build().without("backpressure"); // nothing is read while a file is sent
  }
}
