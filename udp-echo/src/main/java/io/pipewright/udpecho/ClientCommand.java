package io.pipewright.udpecho;

import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.HostPort;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import io.pipewright.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code udp-echo client HOST:PORT}: a prompt, or one message several times over. */
@Command(
    name = "client",
    description = {
      "Sends datagrams and prints the answers, each with its sender's address.",
      "Without --message it asks for each with '> '; an empty line or the end of input ends it."
    })
final class ClientCommand implements Callable<Integer> {

  @Parameters(paramLabel = "HOST:PORT", description = "Whom to ask.")
  private HostPort target;

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
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How long each try waits for its answer.")
  private Duration timeout;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "2",
      converter = Converters.NotNegative.class,
      description = "Send again so many times when no answer comes.")
  private int retries;

  @Option(
      names = "--charset",
      paramLabel = "NAME",
      defaultValue = "UTF-8",
      description = "The charset of what is sent.")
  private Charset charset;

  @Option(
      names = "--reply-charset",
      paramLabel = "NAME",
      description =
          "The charset of what comes back, by default that of what is sent; bytes that are no text"
              + " show as U+FFFD.")
  private Charset replyCharset;

  @Option(
      names = "--broadcast",
      description = "HOST is a broadcast address: anybody may answer, the first is heard.")
  private boolean broadcast;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, io_uring, epoll, kqueue or nio.")
  private Transport transport;

  @Option(names = "--wire-log", description = "Log every datagram, escaped and shortened.")
  private boolean wireLog;

  @Override
  public Integer call() throws InterruptedException {
    try (UdpEchoClient client = UdpEchoClient.builder(target.host(), target.port())
        .socket(udp -> udp.transport(transport))
        .timeout(timeout)
        .retries(retries)
        .broadcast(broadcast)
        .wireLog(wireLog)
        .build()) {
      return message == null ? converse(client) : repeat(client);
    }
  }

  private int repeat(UdpEchoClient client) throws InterruptedException {
    byte[] question = encoded(message);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        TimeUnit.NANOSECONDS.sleep(interval.toNanos());
      }
      try {
        ask(client, question);
      } catch (NoAnswerException e) {
        throw new LaunchException(ExitCode.TIMED_OUT, e.getMessage(), e);
      }
    }
    return ExitCode.OK;
  }

  /** One lost datagram does not end a conversation, but the exit code tells of it. */
  private int converse(UdpEchoClient client) throws InterruptedException {
    CompletableFuture<Void> never = new CompletableFuture<>();
    int exitCode = ExitCode.OK;
    while (true) {
      Optional<String> line = Terminal.standard().ask("> ", never);
      if (line.isEmpty() || line.get().isEmpty()) {
        return exitCode;
      }
      try {
        ask(client, encoded(line.get()));
      } catch (NoAnswerException e) {
        System.err.println(UdpEcho.PROGRAM + ": " + e.getMessage());
        exitCode = ExitCode.TIMED_OUT;
      }
    }
  }

  private void ask(UdpEchoClient client, byte[] question) throws InterruptedException {
    Answer answer = client.ask(question);
    String text = answer.text(replyCharset == null ? charset : replyCharset);
    Terminal.standard().println(DatagramLine.of(answer.sender(), text));
  }

  private byte[] encoded(String text) {
    try {
      ByteBuffer bytes = charset.newEncoder().encode(CharBuffer.wrap(text));
      byte[] question = new byte[bytes.remaining()];
      bytes.get(question);
      return question;
    } catch (CharacterCodingException e) {
      throw new LaunchException(
          ExitCode.USAGE, "--charset " + charset + " has not all characters of the message", e);
    }
  }
}
