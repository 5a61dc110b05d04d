package io.pipewright.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * As much of DER (X.690) as it takes to put a private key of an older format into PKCS#8 (RFC 5958):
 *
 * <pre>
 *   SEQUENCE { INTEGER 0, SEQUENCE { OBJECT IDENTIFIER algorithm, parameters }, OCTET STRING { the older format } }
 * </pre>
 */
final class Der {

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int PARAMETERS = 0xa0;
  private static final int LONG_FORM = 0x80;

  /** rsaEncryption, 1.2.840.113549.1.1.1, and NULL. */
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");

  /** ecPublicKey, 1.2.840.10045.2.1; the curve comes behind it. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private Der() {}

  /** From PKCS#1, {@code RSA PRIVATE KEY}. */
  static byte[] rsaToPkcs8(byte[] key) {
    return pkcs8(RSA, key);
  }

  /**
   * From RFC 5915, {@code EC PRIVATE KEY}.
   *
   * @throws IllegalArgumentException if it does not name its curve
   */
  static byte[] ecToPkcs8(byte[] key) {
    ByteBuffer fields = contents(ByteBuffer.wrap(key), SEQUENCE);
    contents(fields, INTEGER);
    contents(fields, OCTET_STRING);
    if (!fields.hasRemaining() || (fields.get(fields.position()) & 0xff) != PARAMETERS) {
      throw new IllegalArgumentException("the key does not name its curve");
    }
    ByteBuffer curve = contents(fields, PARAMETERS);
    byte[] algorithm = Arrays.copyOf(EC, EC.length + curve.remaining());
    curve.get(algorithm, EC.length, curve.remaining());
    return pkcs8(algorithm, key);
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    byte[] version = {INTEGER, 1, 0};
    return field(SEQUENCE, version, field(SEQUENCE, algorithm), field(OCTET_STRING, key));
  }

  static byte[] field(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    writeLength(out, length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < LONG_FORM) {
      out.write(length);
      return;
    }
    int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(LONG_FORM | bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write(length >>> (8 * i));
    }
  }

  /** Takes one field off the front. */
  private static ByteBuffer contents(ByteBuffer in, int tag) {
    if (in.remaining() < 2 || (in.get() & 0xff) != tag) {
      throw new IllegalArgumentException("not the DER of a private key");
    }
    int length = in.get() & 0xff;
    if (length >= LONG_FORM) {
      int bytes = length - LONG_FORM;
      if (bytes > 3 || bytes > in.remaining()) {
        throw new IllegalArgumentException("not the DER of a private key");
      }
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (in.get() & 0xff);
      }
    }
    if (length > in.remaining()) {
      throw new IllegalArgumentException("the key is cut off");
    }
    ByteBuffer contents = in.slice(in.position(), length);
    in.position(in.position() + length);
    return contents;
  }
}
