package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Type-length-value elements: a byte, two bytes, and as many as the two say. */
final class Tlvs {

  static final int HEAD_BYTES = 3;

  private Tlvs() {}

  /** Reads all that is there; what is left over is an error, never dropped in silence. */
  static List<ProxyTlv> read(ByteBuf in) {
    List<ProxyTlv> tlvs = new ArrayList<>();
    while (in.isReadable()) {
      if (in.readableBytes() < HEAD_BYTES) {
        throw new MalformedProxyHeaderException(
            "the PROXY header ends in the middle of an element: " + in.readableBytes()
                + " bytes left");
      }
      int type = in.readUnsignedByte();
      int length = in.readUnsignedShort();
      if (length > in.readableBytes()) {
        throw new MalformedProxyHeaderException(
            "an element of the PROXY header claims %d bytes where %d are left"
                .formatted(length, in.readableBytes()));
      }
      byte[] value = new byte[length];
      in.readBytes(value);
      tlvs.add(new ProxyTlv(type, value));
    }
    return tlvs;
  }

  static void write(List<ProxyTlv> tlvs, ByteBuf out) {
    for (ProxyTlv tlv : tlvs) {
      out.writeByte(tlv.type()).writeShort(tlv.length()).writeBytes(tlv.bytes());
    }
  }

  static int bytes(List<ProxyTlv> tlvs) {
    return tlvs.stream().mapToInt(tlv -> HEAD_BYTES + tlv.length()).sum();
  }

  static Optional<ProxyTlv> first(List<ProxyTlv> tlvs, int type) {
    return tlvs.stream().filter(tlv -> tlv.type() == type).findFirst();
  }
}
