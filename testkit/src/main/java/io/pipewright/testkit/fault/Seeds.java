package io.pipewright.testkit.fault;

import java.util.Random;

/** Random numbers that depend on a seed and on whose they are, and on nothing else. */
final class Seeds {

  private Seeds() {}

  /**
   * A source of its own for each name: neighbours such as 1 and 2 have nothing in common.
   *
   * @param seed the user's
   * @param names whose numbers they are: of which connection, in which direction
   */
  static Random random(long seed, long... names) {
    long mixed = mix(seed);
    for (long name : names) {
      mixed = mix(mixed + name + 1);
    }
    return new Random(mixed);
  }

  /** Two rounds of multiply and fold: every bit of the input moves about half of the output's. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 31)) * 0x7fb5d329728ea185L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x81dadef4bc2dd44dL;
    return mixed ^ (mixed >>> 33);
  }
}
