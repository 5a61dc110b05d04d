package io.pipewright.tcpecho;

import io.netty.channel.ChannelHandlerContext;

/** Makes a–z A–Z in text: a byte that is half of a character stays as it is. */
final class UppercaseTextHandler extends AnsweringHandler {

  @Override
  Object answer(ChannelHandlerContext ctx, Object message) {
    StringBuilder text = new StringBuilder((String) message);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'a' && c <= 'z') {
        text.setCharAt(i, (char) (c + 'A' - 'a'));
      }
    }
    return text.toString();
  }
}
