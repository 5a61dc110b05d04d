package io.pipewright.filetransfer;

import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.plain.NameTiming;
import io.pipewright.filetransfer.plain.PlainService;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.sending.BufferShare;
import io.pipewright.filetransfer.sending.FileSender;
import io.pipewright.filetransfer.sending.FileWorkers;
import io.pipewright.filetransfer.sending.SumCache;
import io.pipewright.filetransfer.sending.TransferLimits;
import io.pipewright.filetransfer.serving.Manners;
import io.pipewright.filetransfer.serving.NativeService;
import io.pipewright.filetransfer.serving.SmallReads;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.SharedFolder;
import io.pipewright.filetransfer.store.SharingPolicy;
import io.pipewright.framing.Framing;
import io.pipewright.idle.IdlePolicy;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.pipeline.Slot;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tcp.TcpServerBuilder;
import io.pipewright.transport.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Settings of a {@link FileServer}; all defaults stand here. Not thread-safe; may be used to start several servers. */
public final class FileServerBuilder {

  private static final int MAX_WAITING_REQUESTS = 1024;

  /** Listings have threads of their own: a folder is read whole for each page, and no file shall wait for that. */
  private static final int LISTERS = 2;

  private static final Duration MAX_LINGER = Duration.ofSeconds(5);

  private final TcpServerBuilder tcp = TcpServer.builder()
      .workload(Workload.FILES)
      .port(FileServer.DEFAULT_PORT)
      .backlog(FileServer.DEFAULT_BACKLOG)
      .allowHalfClosure(true);
  private Path root;
  private SharingPolicy sharing = SharingPolicy.STRICT;
  private FileStore store;
  private int maxTransfers = TransferLimits.UNLIMITED;
  private int maxTransfersPerAddress = TransferLimits.UNLIMITED;
  private int maxRequests = 64;
  private Duration retryAfter = Duration.ofSeconds(2);
  private long sumCacheBytes = 16 << 20;
  private Secret secret;
  private boolean secretOverPlaintext;
  private Duration refusalDelay = Duration.ofSeconds(1);
  private Duration idleTimeout = FileServer.DEFAULT_IDLE_TIMEOUT;
  private int workers = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
  private NameTiming nameTiming = NameTiming.DEFAULT;
  private boolean wireLog;
  private UnaryOperator<Pipeline> customization = UnaryOperator.identity();

  FileServerBuilder() {}

  /**
   * The folder whose files are served, with all folders in it. It must be named, unless there is a {@link #store}.
   *
   * @param root an existing folder; it is opened by {@link #start()}
   * @return this
   */
  public FileServerBuilder root(Path root) {
    this.root = Objects.requireNonNull(root, "root");
    return this;
  }

  /**
   * What of the folder is given beyond plain files. Default {@link SharingPolicy#STRICT}.
   *
   * @param sharing about links and hidden names
   * @return this
   */
  public FileServerBuilder sharing(SharingPolicy sharing) {
    this.sharing = Objects.requireNonNull(sharing, "sharing");
    return this;
  }

  /**
   * Serves the files of a store of one's own instead of those of a folder. It stays the caller's, who closes it after the
   * server.
   *
   * @param store is asked by many worker threads at once
   * @return this
   */
  public FileServerBuilder store(FileStore store) {
    this.store = Objects.requireNonNull(store, "store");
    return this;
  }

  /**
   * How many files may be under way at the same time, over all connections. A native client over that is told to come back
   * later, a plain one is refused. Small files that go out in one piece do not count. No limit by default.
   *
   * @param transfers 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public FileServerBuilder maxTransfers(int transfers) {
    this.maxTransfers = atLeastOne("maxTransfers", transfers);
    return this;
  }

  /**
   * How many files may be under way to one address at the same time; otherwise as {@link #maxTransfers}. No limit by default.
   *
   * @param transfers 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public FileServerBuilder maxTransfersPerAddress(int transfers) {
    this.maxTransfersPerAddress = atLeastOne("maxTransfersPerAddress", transfers);
    return this;
  }

  /**
   * How many requests of a native connection are worked on at the same time; further ones are not read from its socket before
   * some of these are answered. Default 64.
   *
   * @param requests 1 or more
   * @return this
   * @throws ConfigurationException if less than 1
   */
  public FileServerBuilder maxRequests(int requests) {
    this.maxRequests = atLeastOne("maxRequests", requests);
    return this;
  }

  /**
   * When native clients are told to come back that are turned away because there is too much to do, or because the server
   * drains. Default 2 s.
   *
   * @param delay zero or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public FileServerBuilder retryAfter(Duration delay) {
    if (delay.isNegative()) {
      throw new ConfigurationException("retryAfter", delay, "must not be negative, not " + delay);
    }
    this.retryAfter = delay;
    return this;
  }

  /**
   * How much memory the sums of blocks may take that have been sent before. Four bytes a MiB of files: the default of 16 MiB
   * is for 4 TiB.
   *
   * @param bytes 0 to keep none
   * @return this
   * @throws ConfigurationException if negative
   */
  public FileServerBuilder sumCacheBytes(long bytes) {
    if (bytes < 0) {
      throw new ConfigurationException("sumCacheBytes", bytes, "must be 0 or more, not " + bytes);
    }
    this.sumCacheBytes = bytes;
    return this;
  }

  /**
   * What clients have to show. Then the plain dialect is refused, which can show nothing. {@link #start()} refuses a secret
   * without TLS, where everybody on the way could read it: see {@link #secretOverPlaintext}.
   *
   * @param secret the same for all clients
   * @return this
   */
  public FileServerBuilder secret(Secret secret) {
    this.secret = Objects.requireNonNull(secret, "secret");
    return this;
  }

  /**
   * Whether a secret may be shown over connections that are not encrypted. Default no.
   *
   * @param allowed for networks that nobody else listens to
   * @return this
   */
  public FileServerBuilder secretOverPlaintext(boolean allowed) {
    this.secretOverPlaintext = allowed;
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
    this.workers = atLeastOne("workers", threads);
    return this;
  }

  private static int atLeastOne(String field, int value) {
    if (value < 1) {
      throw new ConfigurationException(field, value, "must be 1 or more, not " + value);
    }
    return value;
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

  /** How long a wrong secret waits for its answer: tests have no time to wait. */
  FileServerBuilder refusalDelay(Duration delay) {
    this.refusalDelay = delay;
    return this;
  }

  /**
   * Opens the folder and listens. Returns when the port is bound.
   *
   * @return the server, to be closed by the caller
   * @throws ConfigurationException if the folder is missing or cannot be read, or there is a secret and no TLS
   * @throws BindFailedException if the port cannot be bound: which address, and why
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public RunningServer start() {
    check();
    FileStore served = store == null ? SharedFolder.open(root, sharing) : store;
    FileWorkers listers = new FileWorkers(LISTERS, MAX_WAITING_REQUESTS);
    Runnable closeStore = () -> {
      listers.close();
      if (store == null) {
        served.close();
      }
    };
    FileWorkers readers = new FileWorkers(workers, MAX_WAITING_REQUESTS);
    RunningServer server = null;
    try {
      NativeService service = service(served, readers, listers);
      server = tcp.pipeline(customization.apply(pipeline(service))).start();
      return new RunningFileServer(server, closeStore, readers);
    } finally {
      if (server == null) {
        readers.close();
        closeStore.run();
      }
    }
  }

  private void check() {
    if ((root == null) == (store == null)) {
      throw new ConfigurationException(
          "root",
          root,
          root == null
              ? "name the folder to be served"
              : "a server has a folder or a store to serve, not both");
    }
    if (secret != null && !secretOverPlaintext && !tcp.encrypts()) {
      throw new ConfigurationException(
          "secret",
          secret,
          "without TLS everybody on the way can read the secret; use TLS, or allow it over plaintext");
    }
  }

  private NativeService service(FileStore served, FileWorkers readers, FileWorkers listers) {
    FileSender sender = new FileSender(
        readers,
        new TransferLimits(maxTransfers, maxTransfersPerAddress),
        BufferShare.ofThisJvm(),
        new SumCache(sumCacheBytes));
    return new NativeService(
        served,
        sender,
        listers,
        new PlainService(served, sender, nameTiming, linger()),
        Optional.ofNullable(secret),
        idlePolicy(),
        new Manners(maxRequests, linger(), retryAfter, refusalDelay));
  }

  private Optional<IdlePolicy> idlePolicy() {
    return idleTimeout.isZero()
        ? Optional.empty()
        : Optional.of(IdlePolicy.closeAfter(idleTimeout));
  }

  /** A peer that does not close its end is not worth more patience than a silent one. */
  private Duration linger() {
    return idleTimeout.isZero() || idleTimeout.compareTo(MAX_LINGER) > 0 ? MAX_LINGER : idleTimeout;
  }

  private Pipeline pipeline(NativeService service) {
    PipelineBuilder pipeline = Pipeline.builder()
        .add(Slot.PROXY, "small-reads", SmallReads::new)
        .framing(Framing.none())
        .handler("file-service", service::newHandler);
    idlePolicy().ifPresent(pipeline::idle);
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    return pipeline.build().without("backpressure"); // each dialect has its own
  }
}
