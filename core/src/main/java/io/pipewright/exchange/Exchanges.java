package io.pipewright.exchange;

import io.netty.channel.Channel;
import io.pipewright.ConfigurationException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * How requests and answers find each other on a connection. An immutable value, safe to share; the handlers that it makes are
 * one connection's.
 *
 * <pre>{@code
 * Exchanges<Request, Answer> exchanges =
 *     Exchanges.<Request, Answer, Integer>byId(Request::id, Answer::id).timeout(Duration.ofSeconds(5));
 * Pipeline pipeline = Pipeline.builder()
 *     .framing(Framing.lengthPrefix(4))
 *     .add(Slot.CODEC, "codec", Codec::new)
 *     .handler("exchanges", exchanges::newHandler)
 *     .build();
 * Channel channel = client.connect();
 * CompletableFuture<Answer> answer = exchanges.of(channel).send(new Request(1, "ping"));
 * }</pre>
 *
 * <p>The handler's place is behind the codec: what it reads are answers, what it writes are requests. Many requests may be
 * under way at once; those that are sent in the same moment leave in one flush.
 *
 * <p><b>Who releases.</b> {@link ExchangeHandler#send} takes the request over, whatever comes of it. The answer belongs to
 * whoever gets it from the future. An answer that nobody gets, because it came late, twice or unasked, or because its future
 * was completed by somebody else, is released and counted.
 *
 * @param <Q> what is asked
 * @param <R> what is answered
 */
public final class Exchanges<Q, R> {

  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(24);

  private final IntFunction<Correlation<Q, R>> correlation;
  private final String kind;
  private final Duration timeout;
  private final int maxInFlight;
  private final Predicate<Object> unsolicited;

  private Exchanges(
      IntFunction<Correlation<Q, R>> correlation,
      String kind,
      Duration timeout,
      int maxInFlight,
      Predicate<Object> unsolicited) {
    this.correlation = correlation;
    this.kind = kind;
    this.timeout = timeout;
    this.maxInFlight = maxInFlight;
    this.unsolicited = unsolicited;
  }

  private static <Q, R> Exchanges<Q, R> defaults(
      IntFunction<Correlation<Q, R>> correlation, String kind) {
    return new Exchanges<>(correlation, kind, Duration.ofSeconds(30), 1024, message -> false);
  }

  /**
   * For peers that answer in the order of the requests, each of them exactly once. A peer that answers one request twice
   * cannot be found out: its second answer is taken for the next request's.
   *
   * <p>A request that was given up (timed out, cancelled) keeps its place in the line until its answer comes, and counts as in
   * flight until then.
   *
   * @param <Q> what is asked
   * @param <R> what is answered
   */
  public static <Q, R> Exchanges<Q, R> inOrder() {
    return defaults(maxInFlight -> new InOrder<>(), "in order");
  }

  /**
   * For peers whose answers carry the id of the request, in any order. Ids need {@code equals} and {@code hashCode}, and to be
   * unique among the requests in flight.
   *
   * <p>The id of a request that was given up stays taken until its answer comes, or until {@link #maxInFlight} more have been
   * given up.
   *
   * @param requestId the id of a request; called once, on the event loop, before it is written. It must not consume a buffer
   *     that it looks into, nor return null.
   * @param responseId the id of an answer; called once, on the event loop. It must not consume a buffer that it looks into.
   *     What it throws is fired through the pipeline; the answer is released.
   * @param <Q> what is asked
   * @param <R> what is answered
   * @param <K> the id
   */
  public static <Q, R, K> Exchanges<Q, R> byId(
      Function<? super Q, ? extends K> requestId, Function<? super R, ? extends K> responseId) {
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(responseId, "responseId");
    return defaults(maxInFlight -> new ById<>(requestId, responseId, maxInFlight), "by id");
  }

  /**
   * How long each answer may take, from {@code send} on. Default 30 s.
   *
   * @param timeout 1 ms to 24 days
   * @return these exchanges with that timeout
   * @throws ConfigurationException if out of range
   */
  public Exchanges<Q, R> timeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new ConfigurationException(
          "timeout", timeout, "must be 1 ms to 24 days, not " + timeout);
    }
    return new Exchanges<>(correlation, kind, timeout, maxInFlight, unsolicited);
  }

  /**
   * How many requests of one connection may wait for their answers; one more fails at once, unsent. Default 1024.
   *
   * @param maxInFlight 1 or more
   * @return these exchanges with that bound
   * @throws ConfigurationException if out of range
   */
  public Exchanges<Q, R> maxInFlight(int maxInFlight) {
    if (maxInFlight < 1) {
      throw new ConfigurationException(
          "maxInFlight", maxInFlight, "must be 1 or more, not " + maxInFlight);
    }
    return new Exchanges<>(correlation, kind, timeout, maxInFlight, unsolicited);
  }

  /**
   * Which messages are no answers: what a server pushes. They go on to the next handler of the pipeline, untouched. Default:
   * none; what answers nothing is dropped and counted.
   *
   * @param unsolicited told each message, on the event loop; it must not consume a buffer that it looks into
   * @return these exchanges with that test
   */
  public Exchanges<Q, R> unsolicited(Predicate<Object> unsolicited) {
    Objects.requireNonNull(unsolicited, "unsolicited");
    return new Exchanges<>(correlation, kind, timeout, maxInFlight, unsolicited);
  }

  /** How long each answer may take. */
  public Duration timeout() {
    return timeout;
  }

  /** How many requests of one connection may wait for their answers. */
  public int maxInFlight() {
    return maxInFlight;
  }

  boolean isUnsolicited(Object message) {
    return unsolicited.test(message);
  }

  Correlation<Q, R> newCorrelation() {
    return correlation.apply(maxInFlight);
  }

  /** A handler for one channel; its place is behind the codec. */
  public ExchangeHandler<Q, R> newHandler() {
    return new ExchangeHandler<>(this);
  }

  /**
   * The handler of these very settings in a channel's pipeline; it is found also after the channel has closed.
   *
   * @param channel a channel
   * @return what to send requests with
   * @throws IllegalStateException if the channel's pipeline never had one
   */
  public ExchangeHandler<Q, R> of(Channel channel) {
    ExchangeHandler<?, ?> handler = ExchangeHandler.of(channel);
    if (handler == null || handler.settings() != this) {
      throw new IllegalStateException(
          "no handler of these exchanges (" + this + ") in the pipeline of " + channel);
    }
    @SuppressWarnings("unchecked") // these settings made it, with these types
    ExchangeHandler<Q, R> own = (ExchangeHandler<Q, R>) handler;
    return own;
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "requests answered " + kind + " within " + timeout.toMillis() + " ms, " + maxInFlight
        + " in flight at most";
  }
}
