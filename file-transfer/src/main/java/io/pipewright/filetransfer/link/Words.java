package io.pipewright.filetransfer.link;

import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request;
import java.util.Locale;

/** Messages' names for people. */
final class Words {

  private Words() {}

  /** Such as {@code STAT}. */
  static String of(Request request) {
    return request.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }

  /** Such as {@code WELCOME}. */
  static String of(Answer answer) {
    return answer.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }
}
