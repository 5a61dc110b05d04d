package io.pipewright.examples;

import io.pipewright.examples.CustomProtocol.Answer;
import io.pipewright.examples.CustomProtocol.Request;
import io.pipewright.examples.CustomProtocol.Status;
import io.pipewright.exchange.AnswerTimedOutException;
import io.pipewright.exchange.ExchangeHandler;
import io.pipewright.exchange.Exchanges;
import io.pipewright.launch.Converters;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.Terminal;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks the calculator of {@link CustomProtocol} many sums over one connection, a good number of them at once, and checks each
 * answer.
 *
 * <pre>{@code
 * examples custom-protocol
 * examples request-client --count 100000 --in-flight 500
 * }</pre>
 */
@Command(
    name = RequestClient.NAME,
    description = "Asks the calculator many sums at once; checks the answers.")
final class RequestClient implements Callable<Integer> {

  static final String NAME = "request-client";

  @Mixin
  private final PeerOptions peer = PeerOptions.onPort(6060);

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10000",
      converter = Converters.Positive.class,
      description = "Ask so many sums.")
  private int count;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "100",
      converter = Converters.Positive.class,
      description = "Have at most so many unanswered at once.")
  private int inFlight;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "Give up an answer after so long.")
  private Duration timeout;

  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @Override
  public Integer call() throws InterruptedException {
    return run(Terminal.standard());
  }

  int run(Terminal terminal) throws InterruptedException {
    Exchanges<Request, Answer> exchanges =
        CustomProtocol.exchanges().timeout(timeout).maxInFlight(inFlight);
    long began = System.nanoTime();
    try (TcpClient client = TcpClient.builder()
        .host(peer.host())
        .port(peer.port())
        .pipeline(CustomProtocol.clientPipeline(exchanges))
        .build()) {
      askAll(exchanges.of(client.connect()));
    }
    long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
    terminal.println(right + " right, " + wrong + " wrong, in " + millis + " ms");
    return outcome(terminal);
  }

  /** Stops at the first failure: what is under way is still waited for. */
  private void askAll(ExchangeHandler<Request, Answer> calculator) throws InterruptedException {
    Semaphore room = new Semaphore(inFlight);
    for (int id = 0; id < count && failure.get() == null; id++) {
      room.acquire();
      Request request = new Request(id, '*', id, 3);
      calculator.send(request).whenComplete((answer, cause) -> {
        note(request, answer, cause);
        room.release();
      });
    }
    room.acquire(inFlight);
  }

  private void note(Request request, Answer answer, Throwable cause) {
    if (cause != null) {
      failure.compareAndSet(null, cause);
    } else if (answer.status() == Status.OK && answer.result() == request.left() * 3) {
      right.incrementAndGet();
    } else {
      wrong.incrementAndGet();
    }
  }

  private int outcome(Terminal terminal) {
    Throwable first = failure.get();
    if (first == null) {
      return wrong.get() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }
    terminal.println(first.getMessage());
    return first instanceof AnswerTimedOutException ? ExitCode.TIMED_OUT : ExitCode.FAILED;
  }
}
