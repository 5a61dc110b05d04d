package io.pipewright.filetransfer;

import java.time.Duration;

/**
 * Serves the files of one folder. A client sends a file's name and gets its bytes (the plain dialect: see {@link
 * io.pipewright.filetransfer.plain}).
 *
 * <pre>{@code
 * try (RunningServer server = FileServer.builder().root(Path.of("public")).socket(tcp -> tcp.port(8080)).start()) {
 *   server.awaitTermination();
 * }
 * }</pre>
 */
public final class FileServer {

  /** The port, unless another is named. */
  public static final int DEFAULT_PORT = 8080;

  /** How many connections may wait to be accepted, unless more or fewer are set. */
  public static final int DEFAULT_BACKLOG = 128;

  /** How long a connection may be silent, unless another limit is set. */
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);

  private FileServer() {}

  /** A builder with every default but the folder: listens on 127.0.0.1, port {@value #DEFAULT_PORT}. */
  public static FileServerBuilder builder() {
    return new FileServerBuilder();
  }
}
