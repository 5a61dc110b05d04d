package io.pipewright.tcpecho;

import io.pipewright.RunningServer;
import io.pipewright.launch.ByteSize;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tcp-echo server}. */
@Command(name = "server", description = "Answers every message, until it is told to stop.")
final class ServerCommand implements Callable<Integer> {

  private static final int DEFAULT_PORT = 21567;

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(DEFAULT_PORT).idleAfter(Duration.ofMinutes(5));

  @Option(
      names = "--reply",
      paramLabel = "KIND",
      defaultValue = "verbatim",
      description = "What is answered: ${COMPLETION-CANDIDATES}.")
  private Reply reply;

  @Option(
      names = "--framing",
      paramLabel = "KIND",
      defaultValue = "none",
      description =
          "Where a message ends: ${COMPLETION-CANDIDATES}; none: what a read brings is a message,"
              + " length: 4 bytes, big-endian, before each message.")
  private FramingOption framing;

  @Option(
      names = "--max-frame",
      paramLabel = "SIZE",
      defaultValue = "64KiB",
      description = "The longest framed message; a longer one closes its connection.")
  private ByteSize maxFrame;

  @Option(
      names = "--charset",
      paramLabel = "NAME",
      description = "Treat messages as text in this charset, for --reply timestamp and uppercase;"
          + " without it, as bytes.")
  private Charset charset;

  @Option(
      names = "--bad-bytes",
      paramLabel = "POLICY",
      defaultValue = "close",
      description =
          "With --charset, what becomes of bytes that are no text: ${COMPLETION-CANDIDATES} (close"
              + " their connection, or replace them).")
  private BadBytes badBytes;

  @Override
  public Integer call() {
    return ServiceLauncher.serve("tcp-echo", options, this::start);
  }

  private RunningServer start() {
    TcpEchoServer server = TcpEchoServer.builder()
        .socket(options::applyTo)
        .reply(reply)
        .framing(framing.forServer(maxFrame.intBytes()))
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .customize(pipeline -> options.customized("tcp-echo", pipeline));
    if (charset != null) {
      server.text(TextCodec.of(charset).onBadBytes(badBytes));
    }
    return server.start();
  }
}
