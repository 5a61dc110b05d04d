package io.pipewright.admission;

/** Why a connection was refused. The first reason that holds is the one that counts, in this order. */
public enum Refusal {
  /** Its address is denied. */
  DENIED("its address is denied"),
  /** There is a list of whom to allow, and its address is not in it. */
  NOT_ALLOWED("its address is not among the allowed"),
  /** As many connections were open as may be. */
  TOO_MANY("as many connections are open as may be"),
  /** As many connections were open from its address, or from the network that counts as one, as may be. */
  TOO_MANY_FROM_ADDRESS("as many connections are open from its address as may be"),
  /** More connections came in a short time than may. */
  TOO_FAST("connections come faster than they may");

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  /** The reason for people, as the end of a sentence. */
  public String sentence() {
    return sentence;
  }
}
