package io.pipewright.tcpecho;

import io.pipewright.launch.ByteSize;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.MessageOptions;
import io.pipewright.launch.TcpClientOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Mixin
  private MessageOptions options;

  @Mixin
  private TcpClientOptions tcp;

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
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long a reply may take.")
  private Duration timeout;

  @Override
  public Integer call() throws InterruptedException {
    options.message().ifPresent(options::encoded); // before anything is sent
    Terminal terminal = Terminal.standard();
    try (TcpEchoClient client = connect()) {
      ReplyPrinter printer = new ReplyPrinter(client, terminal, framing != FramingOption.NONE);
      printer.start();
      if (options.message().isEmpty()) {
        converse(client, printer, terminal);
      } else {
        repeat(client, printer, options.message().get());
      }
      return sayFarewell(client, printer);
    }
  }

  private TcpEchoClient connect() {
    return TcpEchoClient.connect(
        tcp.applyTo(TcpClient.builder()).server(options.target()).transport(options.transport()),
        framing.forClient(maxFrame.intBytes()),
        options.charset(),
        options.replyCharset());
  }

  private void converse(TcpEchoClient client, ReplyPrinter printer, Terminal terminal)
      throws InterruptedException {
    while (!printer.ended().isDone()) {
      Optional<String> line = terminal.ask("> ", printer.ended());
      if (line.isEmpty() || line.get().isEmpty()) {
        return;
      }
      options.encoded(line.get()); // a character that the charset lacks is told before it is sent
      ReplyPrinter.Mark mark = printer.mark();
      client.send(line.get());
      if (!noReply) {
        printer.awaitReply(mark, line.get(), PROMPT_PATIENCE);
      }
      printer.endLine();
    }
  }

  private void repeat(TcpEchoClient client, ReplyPrinter printer, String message)
      throws InterruptedException {
    for (int i = 0; i < options.count(); i++) {
      if (i > 0) {
        printer.pause(options.interval());
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
          ExitCode.TIMED_OUT,
          options.target() + " does not read: the message could not be sent",
          e);
    } catch (ExecutionException e) {
      printer.awaitEnd(timeout); // the reason is heard with what came before it
      throw noReplyCame(printer);
    }
  }

  private LaunchException noReplyCame(ReplyPrinter printer) {
    if (printer.ended().isDone()) {
      return new LaunchException(
          ExitCode.FAILED,
          options.target() + " ended the connection without a reply" + why(printer));
    }
    return new LaunchException(
        ExitCode.TIMED_OUT,
        "no reply from " + options.target() + " within " + timeout.toMillis() + " ms");
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
          ExitCode.FAILED, options.target() + ": the connection broke: " + broken.why());
    }
    return ExitCode.OK;
  }
}
