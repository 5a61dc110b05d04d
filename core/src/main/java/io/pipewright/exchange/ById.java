package io.pipewright.exchange;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Function;

/**
 * An answer carries the id of its request. The ids of exchanges that were given up stay taken until the answer comes, so that
 * a new request with an old id cannot get the old one's answer; but no more of them are kept than may be in flight.
 */
final class ById<Q, R, K> implements Correlation<Q, R> {

  private final Function<? super Q, ? extends K> requestId;
  private final Function<? super R, ? extends K> responseId;
  private final int maxGivenUp;
  private final Map<Object, Exchange<Q, R>> open = new HashMap<>();

  /** The oldest first; some may have been answered since. */
  private final Queue<Exchange<Q, R>> givenUp = new ArrayDeque<>();

  ById(
      Function<? super Q, ? extends K> requestId,
      Function<? super R, ? extends K> responseId,
      int maxGivenUp) {
    this.requestId = requestId;
    this.responseId = responseId;
    this.maxGivenUp = maxGivenUp;
  }

  @Override
  public ExchangeException enter(Exchange<Q, R> exchange) {
    Object id = Objects.requireNonNull(requestId.apply(exchange.request()), "the request's id");
    if (open.putIfAbsent(id, exchange) != null) {
      return new DuplicateIdException(id);
    }
    exchange.id = id;
    return null;
  }

  @Override
  public void forget(Exchange<Q, R> exchange) {
    open.remove(exchange.id, exchange);
  }

  @Override
  public boolean giveUp(Exchange<Q, R> exchange) {
    givenUp.add(exchange);
    if (givenUp.size() > maxGivenUp) {
      forget(givenUp.remove());
    }
    return true;
  }

  @Override
  public Exchange<Q, R> answered(R answer) {
    return open.remove(responseId.apply(answer));
  }
}
