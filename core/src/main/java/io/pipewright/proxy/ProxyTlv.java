package io.pipewright.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One type-length-value element of a version 2 header. Immutable. */
public final class ProxyTlv {

  /** The protocol that the client and the proxy agreed on (ALPN, RFC 7301). */
  public static final int ALPN = 0x01;

  /** The name that the client asked for, such as TLS's SNI. */
  public static final int AUTHORITY = 0x02;

  /** A CRC-32C of the whole header. */
  public static final int CRC32C = 0x03;

  /** Nothing: padding. */
  public static final int NOOP = 0x04;

  /** What the proxy calls this connection: 128 bytes at most. */
  public static final int UNIQUE_ID = 0x05;

  /** What the proxy knows of the client's TLS. */
  public static final int SSL = 0x20;

  /** The network namespace that the client came through. */
  public static final int NETNS = 0x30;

  static final int LARGEST_VALUE = 0xffff;

  private final int type;
  private final byte[] value;

  /**
   * An element.
   *
   * @param type 0 to 255
   * @param value its bytes, which are copied; 65,535 at most
   * @throws IllegalArgumentException if either is out of range
   */
  public ProxyTlv(int type, byte[] value) {
    if (type < 0 || type > 0xff) {
      throw new IllegalArgumentException("a TLV's type is 0 to 255, not " + type);
    }
    if (value.length > LARGEST_VALUE) {
      throw new IllegalArgumentException(
          "a TLV's value has at most " + LARGEST_VALUE + " bytes, not " + value.length);
    }
    this.type = type;
    this.value = value.clone();
  }

  /** What kind of element it is: one of the constants here, or what proxy and server agreed on. */
  public int type() {
    return type;
  }

  /** A copy of its bytes. */
  public byte[] value() {
    return value.clone();
  }

  /** Its bytes read as UTF-8, with U+FFFD for what is none. It is a stranger's: escape it before logging it. */
  public String text() {
    return new String(value, StandardCharsets.UTF_8);
  }

  int length() {
    return value.length;
  }

  byte[] bytes() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProxyTlv that && type == that.type && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(value);
  }

  /** Type and length, not the value. */
  @Override
  public String toString() {
    return "TLV 0x%02x, %d bytes".formatted(type, value.length);
  }
}
