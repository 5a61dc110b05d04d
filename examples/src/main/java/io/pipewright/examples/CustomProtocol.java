package io.pipewright.examples;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.MessageToMessageCodec;
import io.pipewright.ProtocolException;
import io.pipewright.RunningServer;
import io.pipewright.exchange.AnswerTimedOutException;
import io.pipewright.exchange.ExchangeHandler;
import io.pipewright.exchange.Exchanges;
import io.pipewright.framing.Framing;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import io.pipewright.launch.Terminal;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * A protocol of one's own, both ends: a calculator. Each request carries an id that its answer
 * repeats, so that a client may send many before the first is answered.
 *
 * <pre>
 *             ┌───────────┬────────┬───────────────────┬───────────────┬────────────────┐
 *   request   │ length: 4 │ id: 4  │ operator: 1 ASCII │ left: 8       │ right: 8       │
 *             ├───────────┼────────┼───────────────────┼───────────────┼────────────────┘
 *   answer    │ length: 4 │ id: 4  │ Status: 1         │ result: 8     │    all big-endian, signed
 *             └───────────┴────────┴───────────────────┴───────────────┘
 * </pre>
 *
 * <pre>{@code
 * examples custom-protocol
 * examples custom-protocol 6*7 1/0 9223372036854775807+1
 * examples custom-protocol -- -5+3
 * }</pre>
 */
@Command(
    name = CustomProtocol.NAME,
    description = "A calculator over a binary protocol; serves, or asks.")
final class CustomProtocol implements Callable<Integer> {

  static final String NAME = "custom-protocol";

  private static final Pattern SUM = Pattern.compile("\\s*(-?\\d+)\\s*([-+*/])\\s*(-?\\d+)\\s*");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(6060).idleAfter(Duration.ofMinutes(5));

  @Parameters(
      paramLabel = "SUM",
      arity = "0..*",
      description = "Ask the server at --host and --port instead of being one.")
  private List<String> sums = List.of();

  @Override
  public Integer call() throws InterruptedException {
    return sums.isEmpty()
        ? ServiceLauncher.serve(NAME, options, this::start)
        : ask(options.host(), options.port(), Terminal.standard());
  }

  RunningServer start() {
    Pipeline pipeline = Wiring.pipeline(NAME, options)
        .framing(framing())
        .add(Slot.CODEC, "codec", ServerCodec::new)
        .handler("calculator", Calculator::new)
        .build();
    return Wiring.server(NAME, options, pipeline).start();
  }

  /** No message of either direction is longer than a request. */
  private static Framing framing() {
    return Framing.lengthPrefix(4).maxLength(Request.BYTES);
  }

  /** How an answer finds its request. */
  static Exchanges<Request, Answer> exchanges() {
    return Exchanges.<Request, Answer, Integer>byId(Request::id, Answer::id);
  }

  /** The client's side of the protocol. */
  static Pipeline clientPipeline(Exchanges<Request, Answer> exchanges) {
    return Pipeline.builder()
        .framing(framing())
        .add(Slot.CODEC, "codec", ClientCodec::new)
        .handler("exchanges", exchanges::newHandler)
        .build();
  }

  /** Sends all sums at once, and prints the results in the order of the sums. */
  int ask(String host, int port, Terminal terminal) throws InterruptedException {
    List<Request> requests = requests();
    Exchanges<Request, Answer> exchanges =
        exchanges().timeout(PATIENCE).maxInFlight(requests.size());
    boolean allWell = true;
    try (TcpClient client = TcpClient.builder()
        .host(host)
        .port(port)
        .pipeline(clientPipeline(exchanges))
        .build()) {
      ExchangeHandler<Request, Answer> server = exchanges.of(client.connect());
      List<CompletableFuture<Answer>> answers =
          requests.stream().map(server::send).toList();
      for (Request request : requests) {
        Answer answer = await(answers.get(request.id()));
        allWell &= answer.status() == Status.OK;
        terminal.println(request + " = " + answer);
      }
    }
    return allWell ? ExitCode.OK : ExitCode.REFUSED;
  }

  private List<Request> requests() {
    List<Request> requests = new ArrayList<>();
    for (String sum : sums) {
      requests.add(Request.parse(requests.size(), sum));
    }
    return requests;
  }

  private static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      int exitCode =
          e.getCause() instanceof AnswerTimedOutException ? ExitCode.TIMED_OUT : ExitCode.FAILED;
      throw new LaunchException(exitCode, e.getCause().getMessage(), e.getCause());
    }
  }

  /** What is asked. */
  record Request(int id, char operator, long left, long right) {

    static final int BYTES = 4 + 1 + 8 + 8;

    static Request parse(int id, String sum) {
      Matcher matcher = SUM.matcher(sum);
      if (!matcher.matches()) {
        throw new LaunchException(
            ExitCode.USAGE, "'" + sum + "' is no sum: write two whole numbers with + - * or /");
      }
      try {
        return new Request(
            id,
            matcher.group(2).charAt(0),
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(3)));
      } catch (NumberFormatException e) {
        throw new LaunchException(
            ExitCode.USAGE, "'" + sum + "' has a number that does not fit in 64 bits", e);
      }
    }

    Answer answer() {
      try {
        return switch (operator) {
          case '+' -> new Answer(id, Status.OK, Math.addExact(left, right));
          case '-' -> new Answer(id, Status.OK, Math.subtractExact(left, right));
          case '*' -> new Answer(id, Status.OK, Math.multiplyExact(left, right));
          case '/' -> divide();
          default -> new Answer(id, Status.UNKNOWN_OPERATOR, 0);
        };
      } catch (ArithmeticException e) {
        return new Answer(id, Status.OVERFLOW, 0);
      }
    }

    private Answer divide() {
      if (right == 0) {
        return new Answer(id, Status.DIVISION_BY_ZERO, 0);
      }
      return left == Long.MIN_VALUE && right == -1
          ? new Answer(id, Status.OVERFLOW, 0)
          : new Answer(id, Status.OK, left / right);
    }

    @Override
    public String toString() {
      return left + " " + operator + " " + right;
    }
  }

  /** How it went. */
  enum Status {
    OK(0, ""),
    OVERFLOW(1, "it does not fit in 64 bits"),
    DIVISION_BY_ZERO(2, "division by zero"),
    UNKNOWN_OPERATOR(3, "unknown operator");

    private final int
        code; // what stands on the wire: never the ordinal, which a new line would shift
    private final String sentence;

    Status(int code, String sentence) {
      this.code = code;
      this.sentence = sentence;
    }

    static Status of(int code) {
      return Arrays.stream(values())
          .filter(status -> status.code == code)
          .findFirst()
          .orElseThrow(() -> new ProtocolException("there is no status " + code));
    }
  }

  /** What is answered. */
  record Answer(int id, Status status, long result) {

    static final int BYTES = 4 + 1 + 8;

    @Override
    public String toString() {
      return status == Status.OK ? Long.toString(result) : "error: " + status.sentence;
    }
  }

  /** The framing has cut the stream already: a buffer here is one message, or none at all. */
  private static void checkLength(ByteBuf frame, int expected) {
    if (frame.readableBytes() != expected) {
      throw new ProtocolException(
          "a message has " + expected + " bytes, not " + frame.readableBytes());
    }
  }

  /** Requests in, answers out; the base class releases the frames. */
  private static final class ServerCodec extends MessageToMessageCodec<ByteBuf, Answer> {

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf frame, List<Object> out) {
      checkLength(frame, Request.BYTES);
      out.add(new Request(
          frame.readInt(), (char) frame.readUnsignedByte(), frame.readLong(), frame.readLong()));
    }

    @Override
    protected void encode(ChannelHandlerContext ctx, Answer answer, List<Object> out) {
      out.add(ctx.alloc()
          .buffer(Answer.BYTES)
          .writeInt(answer.id())
          .writeByte(answer.status().code)
          .writeLong(answer.result()));
    }
  }

  /** Answers in, requests out. */
  private static final class ClientCodec extends MessageToMessageCodec<ByteBuf, Request> {

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf frame, List<Object> out) {
      checkLength(frame, Answer.BYTES);
      out.add(new Answer(frame.readInt(), Status.of(frame.readUnsignedByte()), frame.readLong()));
    }

    @Override
    protected void encode(ChannelHandlerContext ctx, Request request, List<Object> out) {
      out.add(ctx.alloc()
          .buffer(Request.BYTES)
          .writeInt(request.id())
          .writeByte(request.operator())
          .writeLong(request.left())
          .writeLong(request.right()));
    }
  }

  private static final class Calculator extends SimpleChannelInboundHandler<Request> {

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Request request) {
      ctx.write(request.answer());
    }

    /** One flush for all the requests that a read has brought. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }
}
