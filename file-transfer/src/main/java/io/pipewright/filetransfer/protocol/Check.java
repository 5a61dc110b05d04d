package io.pipewright.filetransfer.protocol;

import io.netty.buffer.ByteBufUtil;

/** What messages check of their components. */
final class Check {

  private Check() {}

  static void notNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " is " + value + ", less than nothing");
    }
  }

  static void atLeastOne(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " is " + value + ", less than 1");
    }
  }

  static void within(String what, long value, long max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + ", not 1 to " + max);
    }
  }

  static void utf8(String what, String text, int maxBytes) {
    int bytes = ByteBufUtil.utf8Bytes(text);
    if (bytes > maxBytes) {
      throw new IllegalArgumentException(what + " has " + bytes + " bytes, more than " + maxBytes);
    }
  }
}
