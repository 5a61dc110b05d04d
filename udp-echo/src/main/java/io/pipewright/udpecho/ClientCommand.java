package io.pipewright.udpecho;

import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.MessageOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.udpecho.measure.UdpEchoMeasurement;
import io.pipewright.udpecho.measure.UdpEchoMeasurementBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code udp-echo client HOST:PORT}: a prompt, or one message several times over. */
@Command(
    name = "client",
    description = {
      "Sends datagrams and prints the answers, each with its sender's address.",
      "Without --message it asks for each with '> '; an empty line or the end of input ends it.",
      "With --rate, --size, --duration, --window or --json it measures the way there and back instead."
    })
final class ClientCommand implements Callable<Integer> {

  @Mixin
  private MessageOptions options;

  @Mixin
  private MeasureOptions measuring;

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
      names = "--broadcast",
      description = "HOST is a broadcast address: anybody may answer, the first is heard.")
  private boolean broadcast;

  @Option(names = "--wire-log", description = "Log every datagram, escaped and shortened.")
  private boolean wireLog;

  @Override
  public Integer call() throws InterruptedException {
    if (measuring.any()) {
      return measure();
    }
    try (UdpEchoClient client = UdpEchoClient.builder(
            options.datagramTarget().host(), options.datagramTarget().port())
        .socket(udp -> udp.transport(options.transport()))
        .timeout(timeout)
        .retries(retries)
        .broadcast(broadcast)
        .wireLog(wireLog)
        .build()) {
      return options.message().isPresent()
          ? repeat(client, options.message().get())
          : converse(client);
    }
  }

  private int measure() throws InterruptedException {
    checkMeasuring();
    UdpEchoMeasurementBuilder builder = UdpEchoMeasurement.builder(
            options.datagramTarget().host(), options.datagramTarget().port())
        .socket(udp -> udp.transport(options.transport()))
        .timeout(timeout)
        .wireLog(wireLog);
    measuring.rate().ifPresent(builder::rate);
    measuring.window().ifPresent(builder::window);
    measuring.size().ifPresent(size -> builder.sizeBytes(size.intBytes()));
    measuring.duration().ifPresent(builder::duration);
    options.countIfGiven().ifPresent(builder::count);
    if (!options.interval().isZero()) {
      builder.interval(options.interval());
    }
    try (UdpEchoMeasurement measurement = builder.start()) {
      return new MeasureRun(measurement, measuring.json(), timeout.toMillis()).run();
    }
  }

  private void checkMeasuring() {
    if (options.message().isPresent() || broadcast) {
      throw new LaunchException(
          ExitCode.USAGE,
          "a measurement sends numbered datagrams to one server: leave %s out, or the options that measure"
              .formatted(broadcast ? "--broadcast" : "--message"));
    }
    if (measuring.rate().isPresent() && !options.interval().isZero()) {
      throw new LaunchException(
          ExitCode.USAGE,
          "--interval says how often a datagram is sent, as --rate and --window do: give one");
    }
    if (measuring.window().isPresent() && measuring.rate().orElse(0) > 0) {
      throw new LaunchException(
          ExitCode.USAGE, "--window is for --rate 0: with a rate, answers are not waited for");
    }
  }

  private int repeat(UdpEchoClient client, String message) throws InterruptedException {
    byte[] question = options.encoded(message);
    for (int i = 0; i < options.count(); i++) {
      if (i > 0) {
        TimeUnit.NANOSECONDS.sleep(options.interval().toNanos());
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
        ask(client, options.encoded(line.get()));
      } catch (NoAnswerException e) {
        System.err.println(UdpEcho.PROGRAM + ": " + e.getMessage());
        exitCode = ExitCode.TIMED_OUT;
      }
    }
  }

  private void ask(UdpEchoClient client, byte[] question) throws InterruptedException {
    Answer answer = client.ask(question);
    String text = answer.text(options.replyCharset());
    Terminal.standard().println(DatagramLine.of(answer.sender(), text));
  }
}
