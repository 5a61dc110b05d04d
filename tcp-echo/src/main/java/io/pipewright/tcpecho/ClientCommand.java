package io.pipewright.tcpecho;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.HostPort;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import io.pipewright.tcp.TcpClient;
import io.pipewright.transport.Transport;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tcp-echo client HOST:PORT}: a prompt, or one message several times over. */
@Command(
    name = "client",
    description = {
      "Sends messages and prints what comes back.",
      "Without --message it asks for each with '> '; an empty line or the end of input ends it."
    })
final class ClientCommand implements Callable<Integer> {

  /** At a prompt nobody wants to wait for a server that does not answer; a late answer is still printed. */
  private static final Duration PROMPT_PATIENCE = Duration.ofSeconds(1);

  @Parameters(paramLabel = "HOST:PORT", description = "The server.")
  private HostPort server;

  @Option(names = "--message", paramLabel = "TEXT", description = "Send this instead of asking.")
  private String message;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      converter = Converters.Positive.class,
      description = "Send --message so many times.")
  private int count;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "0s",
      description = "Wait so long from one --message to the next.")
  private Duration interval;

  @Option(
      names = "--no-reply",
      description = "Do not wait for replies: what comes is printed, nothing need come.")
  private boolean noReply;

  @Option(
      names = "--framing",
      paramLabel = "KIND",
      defaultValue = "none",
      description = "Where a message ends: ${COMPLETION-CANDIDATES}; as the server's.")
  private FramingOption framing;

  @Option(
      names = "--max-frame",
      paramLabel = "SIZE",
      defaultValue = "64KiB",
      description = "The longest framed message.")
  private ByteSize maxFrame;

  @Option(
      names = "--charset",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description = "The charset of what is sent.")
  private Charset charset;

  @Option(
      names = "--reply-charset",
      paramLabel = "NAME",
      description = "The charset of what comes back; by default that of what is sent.")
  private Charset replyCharset;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long the server may take to accept.")
  private Duration connectTimeout;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long a reply may take.")
  private Duration timeout;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  @Override
  public Integer call() throws InterruptedException {
    checkEncodable(message);
    Terminal terminal = Terminal.standard();
    try (TcpEchoClient client = connect()) {
      ReplyPrinter printer = new ReplyPrinter(client, terminal, framing != FramingOption.NONE);
      printer.start();
      if (message == null) {
        converse(client, printer, terminal);
      } else {
        repeat(client, printer);
      }
      return sayFarewell(client, printer);
    }
  }

  private TcpEchoClient connect() {
    return TcpEchoClient.connect(
        TcpClient.builder()
            .host(server.host())
            .port(server.port())
            .transport(transport)
            .connectTimeout(connectTimeout),
        framing.forClient(maxFrame.intBytes()),
        charset,
        replyCharset == null ? charset : replyCharset);
  }

  private void checkEncodable(String text) {
    if (text != null && !charset.newEncoder().canEncode(text)) {
      throw new LaunchException(
          ExitCode.USAGE, "--charset " + charset + " has not all characters of the message");
    }
  }

  private void converse(TcpEchoClient client, ReplyPrinter printer, Terminal terminal)
      throws InterruptedException {
    while (!printer.ended().isDone()) {
      Optional<String> line = terminal.ask("> ", printer.ended());
      if (line.isEmpty() || line.get().isEmpty()) {
        return;
      }
      checkEncodable(line.get());
      ReplyPrinter.Mark mark = printer.mark();
      client.send(line.get());
      if (!noReply) {
        printer.awaitReply(mark, line.get(), PROMPT_PATIENCE);
      }
      printer.endLine();
    }
  }

  private void repeat(TcpEchoClient client, ReplyPrinter printer) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        printer.pause(interval);
        printer.endLine();
      }
      ReplyPrinter.Mark mark = printer.mark();
      awaitSent(client.send(message), printer);
      if (!noReply && !printer.awaitReply(mark, message, timeout)) {
        throw noReplyCame(printer);
      }
    }
  }

  /** The interval counts from when the message has left, so that no two leave as one. */
  private void awaitSent(CompletableFuture<Void> sent, ReplyPrinter printer)
      throws InterruptedException {
    try {
      sent.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new LaunchException(
          ExitCode.TIMED_OUT, server + " does not read: the message could not be sent", e);
    } catch (ExecutionException e) {
      printer.awaitEnd(timeout); // the reason is heard with what came before it
      throw noReplyCame(printer);
    }
  }

  private LaunchException noReplyCame(ReplyPrinter printer) {
    if (printer.ended().isDone()) {
      return new LaunchException(
          ExitCode.FAILED, server + " ended the connection without a reply" + why(printer));
    }
    return new LaunchException(
        ExitCode.TIMED_OUT, "no reply from " + server + " within " + timeout.toMillis() + " ms");
  }

  private static String why(ReplyPrinter printer) {
    return printer.ended().getNow(new Incoming.End()) instanceof Incoming.Broken broken
        ? ": " + broken.why()
        : "";
  }

  /** Nothing more is sent; what the server still owes is printed until it ends too. */
  private int sayFarewell(TcpEchoClient client, ReplyPrinter printer) throws InterruptedException {
    client.finish();
    Optional<Incoming> end = printer.awaitEnd(timeout);
    printer.endLine();
    if (end.isPresent() && end.get() instanceof Incoming.Broken broken) {
      throw new LaunchException(
          ExitCode.FAILED, server + ": the connection broke: " + broken.why());
    }
    return ExitCode.OK;
  }
}
