package io.pipewright;

/** How an address is written in a sentence: {@code 127.0.0.1:80}, {@code [::1]:80}. */
final class HostAndPort {

  private HostAndPort() {}

  static String format(String host, int port) {
    return host.indexOf(':') >= 0 && !host.startsWith("[")
        ? "[" + host + "]:" + port
        : host + ":" + port;
  }
}
