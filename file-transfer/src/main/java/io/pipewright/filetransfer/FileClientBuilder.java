package io.pipewright.filetransfer;

import io.pipewright.ConfigurationException;
import io.pipewright.filetransfer.plain.FetchHandler;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.transport.Workload;
import java.time.Duration;
import java.util.function.Consumer;

/** Settings of a {@link FileClient}; all defaults stand here. Not thread-safe; may be used to build several clients. */
public final class FileClientBuilder {

  private final TcpClientBuilder tcp = TcpClient.builder()
      .workload(Workload.FILES)
      .port(FileServer.DEFAULT_PORT)
      .allowHalfClosure(true);
  private Duration timeout = Duration.ofSeconds(30);
  private boolean wireLog;

  FileClientBuilder() {}

  /**
   * Sets the socket: host and port of the server, transport, event loops, connect timeout, protections.
   *
   * @param settings is given the builder of the TCP client; the pipeline is set here
   * @return this
   */
  public FileClientBuilder socket(Consumer<TcpClientBuilder> settings) {
    settings.accept(tcp);
    return this;
  }

  /**
   * How long the server may be silent before a download is given up. Default 30 s.
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
   * @throws ConfigurationException if no port was named
   * @throws io.pipewright.TransportUnavailableException if a named transport is missing
   */
  public FileClient build() {
    Duration silence = timeout;
    PipelineBuilder pipeline = Pipeline.builder()
        .framing(Framing.none())
        .handler("fetch", () -> new FetchHandler(silence));
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    return new FileClient(tcp.pipeline(pipeline.build()).build(), silence);
  }
}
