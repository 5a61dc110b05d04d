package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** How a header begins; the first byte that differs decides that there is none. */
enum Signature {
  /** It cannot become a header. */
  NONE,
  /** It may become one: more is needed. */
  PARTIAL,
  /** {@code PROXY} and a space. */
  V1,
  /** Twelve bytes that begin no other protocol. */
  V2;

  static final byte[] V1_BYTES = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  static final byte[] V2_BYTES = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  /** The readable bytes' beginning; indexes are left as they are. */
  static Signature of(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      return PARTIAL;
    }
    boolean first = bytes.getByte(bytes.readerIndex()) == V1_BYTES[0];
    byte[] wanted = first ? V1_BYTES : V2_BYTES;
    int compared = Math.min(wanted.length, bytes.readableBytes());
    for (int i = 0; i < compared; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != wanted[i]) {
        return NONE;
      }
    }
    if (compared < wanted.length) {
      return PARTIAL;
    }
    return first ? V1 : V2;
  }
}
