package io.pipewright.filetransfer.protocol;

/** The first byte of a message's body. Requests are below 0x80, answers from there on. */
final class MessageType {

  static final int HELLO = 0x01;
  static final int LIST = 0x02;
  static final int STAT = 0x03;
  static final int GET = 0x04;
  static final int SUMS = 0x05;
  static final int PACK = 0x06;

  static final int WELCOME = 0x81;
  static final int ENTRIES = 0x82;
  static final int FILE = 0x83;
  static final int DATA = 0x84;
  static final int SUM_LIST = 0x85;
  static final int END = 0x86;
  static final int PACKED = 0x87;
  static final int ERROR = 0xC0;

  private MessageType() {}

  /** What a type is called; its number if it is not known. */
  static String name(int type) {
    return switch (type) {
      case HELLO -> "HELLO";
      case LIST -> "LIST";
      case STAT -> "STAT";
      case GET -> "GET";
      case SUMS, SUM_LIST -> "SUMS";
      case PACK, PACKED -> "PACK";
      case WELCOME -> "WELCOME";
      case ENTRIES -> "ENTRIES";
      case FILE -> "FILE";
      case DATA -> "DATA";
      case END -> "END";
      case ERROR -> "ERROR";
      default -> "0x%02x".formatted(type);
    };
  }
}
