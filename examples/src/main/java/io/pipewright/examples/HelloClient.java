package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.framing.Framing;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcpecho.Incoming;
import io.pipewright.tcpecho.TcpEchoClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says hello a few times, as people do at a prompt, and prints what comes back. */
@Command(
    name = HelloClient.NAME,
    description = "Says hello nine times, a second apart; prints the replies.")
final class HelloClient implements Callable<Integer> {

  static final String NAME = "hello-client";

  private static final String HELLO = "hello\n";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin
  private final PeerOptions peer = PeerOptions.onPort(9527);

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "9",
      converter = Converters.Positive.class,
      description = "Say it so many times.")
  private int count;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      description = "Wait so long from one to the next.")
  private Duration interval;

  @Override
  public Integer call() throws InterruptedException {
    return greet(Terminal.standard());
  }

  int greet(Terminal terminal) throws InterruptedException {
    try (TcpEchoClient client = TcpEchoClient.connect(
        TcpClient.builder().host(peer.host()).port(peer.port()), Framing.none(), UTF_8, UTF_8)) {
      for (int i = 0; i < count; i++) {
        if (i > 0) {
          TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
        client.send(HELLO);
        terminal.println(Escaped.of(reply(client).stripTrailing()));
      }
    }
    return ExitCode.OK;
  }

  /** Unframed, a reply may come in pieces: it is whole when as much came back as was sent. */
  private String reply(TcpEchoClient client) throws InterruptedException {
    StringBuilder reply = new StringBuilder();
    while (reply.length() < HELLO.length()) {
      Incoming next = client
          .receive(PATIENCE)
          .orElseThrow(() -> new LaunchException(
              ExitCode.TIMED_OUT,
              "no reply from " + peer + " within " + PATIENCE.toSeconds() + " s"));
      if (!(next instanceof Incoming.Message message)) {
        throw new LaunchException(ExitCode.FAILED, peer + " ended the connection");
      }
      reply.append(message.text());
    }
    return reply.toString();
  }
}
