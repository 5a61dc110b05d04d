package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/**
 * What a proxy says of its client's TLS (the element {@code PP2_TYPE_SSL}). Every text is as the client or its certificate gave
 * it.
 *
 * @param overTls whether the client came over TLS
 * @param certificateOnConnection whether the client sent a certificate on this connection
 * @param certificateInSession whether it sent one at least once in the TLS session
 * @param verified whether it sent a certificate that the proxy has verified
 * @param details the elements within, such as {@link #VERSION}
 */
public record ProxyTls(
    boolean overTls,
    boolean certificateOnConnection,
    boolean certificateInSession,
    boolean verified,
    List<ProxyTlv> details) {

  /** The type of the detail that says TLS's version, such as {@code TLSv1.3}. */
  public static final int VERSION = 0x21;

  /** The type of the detail that says the common name of the client's certificate. */
  public static final int COMMON_NAME = 0x22;

  /** The type of the detail that says the cipher, such as {@code ECDHE-RSA-AES128-GCM-SHA256}. */
  public static final int CIPHER = 0x23;

  private static final int OVER_TLS = 1;
  private static final int CERTIFICATE_ON_CONNECTION = 2;
  private static final int CERTIFICATE_IN_SESSION = 4;

  /** The bit field of the client and the result of the verification. */
  private static final int FIXED_BYTES = 5;

  /** Copies the list. */
  public ProxyTls {
    details = List.copyOf(details);
  }

  /** Nested elements of the same kind stay raw: one level is all that the protocol has. */
  static ProxyTls parse(byte[] value) {
    if (value.length < FIXED_BYTES) {
      throw new MalformedProxyHeaderException("the PROXY header's TLS element has " + value.length
          + " bytes, not " + FIXED_BYTES + " or more");
    }
    ByteBuf in = Unpooled.wrappedBuffer(value);
    int client = in.readUnsignedByte();
    int verification = in.readInt();
    boolean sent = (client & (CERTIFICATE_ON_CONNECTION | CERTIFICATE_IN_SESSION)) != 0;
    return new ProxyTls(
        (client & OVER_TLS) != 0,
        (client & CERTIFICATE_ON_CONNECTION) != 0,
        (client & CERTIFICATE_IN_SESSION) != 0,
        sent && verification == 0,
        Tlvs.read(in));
  }

  /** TLS's version, if the proxy told it. */
  public Optional<String> version() {
    return text(VERSION);
  }

  /** The common name of the client's certificate, if there was one and the proxy told it. */
  public Optional<String> commonName() {
    return text(COMMON_NAME);
  }

  /** The cipher, if the proxy told it. */
  public Optional<String> cipher() {
    return text(CIPHER);
  }

  private Optional<String> text(int type) {
    return Tlvs.first(details, type).map(ProxyTlv::text);
  }
}
