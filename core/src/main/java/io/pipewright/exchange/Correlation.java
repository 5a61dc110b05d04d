package io.pipewright.exchange;

/**
 * Which exchange an answer belongs to, on one channel; for its event loop alone. It remembers exchanges that were given up for
 * as long as their answers could be taken for another's.
 */
interface Correlation<Q, R> {

  /**
   * Notes an exchange whose request is about to be written.
   *
   * @return null, or why it must not be written
   */
  ExchangeException enter(Exchange<Q, R> exchange);

  /** Forgets an exchange whose request was not sent after all: no answer to it will come. */
  void forget(Exchange<Q, R> exchange);

  /**
   * Notes that nobody waits for an answer any more, though it may come.
   *
   * @return whether its place is free at once; if not, it is when the answer comes
   */
  boolean giveUp(Exchange<Q, R> exchange);

  /**
   * Takes an answer.
   *
   * @return the exchange it belongs to, settled if it was given up; null if to none that is known
   */
  Exchange<Q, R> answered(R answer);
}
