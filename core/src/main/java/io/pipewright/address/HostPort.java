package io.pipewright.address;

import java.util.regex.Pattern;

/**
 * A host and a port: {@code localhost:21567}, {@code 127.0.0.1:80}, {@code [::1]:80}. The host is not looked up here.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65535; 0 is any free one, for those who listen
 */
public record HostPort(String host, int port) implements Endpoint {

  private static final int LARGEST_PORT = 65_535;

  /** Without a sign; and no more than fit into an int. */
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");

  /**
   * @throws IllegalArgumentException when the host is empty or the port is out of range
   */
  public HostPort {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host is missing: write HOST:PORT");
    }
    if (port < 0 || port > LARGEST_PORT) {
      throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }
  }

  /**
   * Reads {@code HOST:PORT} of somebody to talk to; an IPv6 address stands in brackets, because its own colons would hide
   * where it ends.
   *
   * @throws IllegalArgumentException when it is anything else, or the port is 0; the message says what to write
   */
  public static HostPort parse(String text) {
    HostPort parsed = parseListening(text);
    if (parsed.port == 0) {
      throw new IllegalArgumentException("a port is 1 to 65535, not 0");
    }
    return parsed;
  }

  /** As {@link #parse}, and port 0 will do. */
  static HostPort parseListening(String text) {
    String trimmed = text.trim();
    if (trimmed.startsWith("[")) {
      return parseBracketed(trimmed);
    }
    int colon = trimmed.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("'" + text + "' has no port: write HOST:PORT");
    }
    if (colon != trimmed.lastIndexOf(':')) {
      throw new IllegalArgumentException(
          "'" + text + "' has several colons: write an IPv6 address in brackets, [::1]:80");
    }
    return new HostPort(trimmed.substring(0, colon), port(text, trimmed.substring(colon + 1)));
  }

  private static HostPort parseBracketed(String text) {
    int end = text.indexOf("]:");
    if (end < 0) {
      throw new IllegalArgumentException("'" + text + "' has no port: write [ADDRESS]:PORT");
    }
    String address = text.substring(1, end);
    if (!address.contains(":")) {
      throw new IllegalArgumentException("brackets are for IPv6 addresses, not for '" + text + "'");
    }
    return new HostPort(address, port(text, text.substring(end + 2)));
  }

  private static int port(String text, String digits) {
    if (!DIGITS.matcher(digits).matches()) {
      throw new IllegalArgumentException(
          "'" + digits + "' in '" + text + "' is no port: a port is 1 to 65535");
    }
    int port = Integer.parseInt(digits);
    if (port > LARGEST_PORT) {
      throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
    }
    return port;
  }

  /** {@code HOST:PORT}, with brackets about an IPv6 address, as it is read. */
  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
