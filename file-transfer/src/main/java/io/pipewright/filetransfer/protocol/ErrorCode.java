package io.pipewright.filetransfer.protocol;

/** Why a server gives no answer, or ends one in the middle. */
public enum ErrorCode {
  /** A code that this version does not know: treat it as {@link #FAILED}. Never sent. */
  OTHER(0),
  /** The request breaks the protocol; the server closes the connection behind this. */
  BAD_REQUEST(1),
  /** The server does not know this type of request; the connection goes on. */
  UNKNOWN_REQUEST(2),
  /** The server speaks no version that the client offers; it closes the connection behind this. */
  UNSUPPORTED_VERSION(3),
  /** The one refusal, whatever the reason: the server does not give a file or a folder of that name. */
  NOT_GIVEN(4),
  /** The file no longer has the version that was asked for, or that the answer began with. */
  CHANGED(5),
  /** The server has too much to do; come back later. */
  BUSY(6),
  /** The server ends; come back later, and go on from the offset. The server closes the connection behind this. */
  DRAINING(7),
  /** The secret is missing or wrong; the server closes the connection behind this. */
  UNAUTHORIZED(8),
  /** The server could not read the file. */
  FAILED(9),
  /** What was asked for does not lie within the file. */
  OUT_OF_RANGE(10);

  private static final ErrorCode[] BY_NUMBER = values();

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** Whether the server closes the connection behind an error of this kind. */
  public boolean closes() {
    return this == BAD_REQUEST
        || this == UNSUPPORTED_VERSION
        || this == DRAINING
        || this == UNAUTHORIZED;
  }

  /** The code with that number, {@link #OTHER} if there is none. */
  static ErrorCode of(long number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[(int) number] : OTHER;
  }
}
