package io.pipewright.exchange;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The n-th answer belongs to the n-th request. An exchange that was given up keeps its place in the line, and so in the count
 * of what is in flight: its answer, when it comes, must not be taken for the next one's.
 */
final class InOrder<Q, R> implements Correlation<Q, R> {

  private final Deque<Exchange<Q, R>> line = new ArrayDeque<>();

  @Override
  public ExchangeException enter(Exchange<Q, R> exchange) {
    line.addLast(exchange);
    return null;
  }

  @Override
  public void forget(Exchange<Q, R> exchange) {
    line.removeLastOccurrence(exchange); // from the end: mostly it has just been entered
  }

  @Override
  public boolean giveUp(Exchange<Q, R> exchange) {
    return false;
  }

  @Override
  public Exchange<Q, R> answered(R answer) {
    return line.pollFirst();
  }
}
