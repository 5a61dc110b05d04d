package io.pipewright.tcpecho;

/** What a client hears from its server. */
public sealed interface Incoming {

  /**
   * A message: what one read brought, whole characters of it, or one frame.
   *
   * @param text the message
   */
  record Message(String text) implements Incoming {}

  /** The server has finished sending: nothing more comes. */
  record End() implements Incoming {}

  /**
   * The connection broke: nothing more comes.
   *
   * @param why a sentence
   */
  record Broken(String why) implements Incoming {}
}
