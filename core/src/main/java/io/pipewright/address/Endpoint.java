package io.pipewright.address;

import java.nio.file.Path;

/**
 * Where a TCP service is: a {@linkplain HostPort host and a port}, or a {@linkplain UnixPath Unix domain socket} of this
 * machine. Nothing is looked up or opened by making one.
 */
public sealed interface Endpoint permits HostPort, UnixPath {

  /**
   * A host and a port.
   *
   * @param host a name, an IPv4 or an IPv6 address, without brackets
   * @param port 0 to 65,535; 0 is any free one, for those who listen
   * @return the endpoint
   * @throws IllegalArgumentException if the host is empty or the port out of range
   */
  static Endpoint of(String host, int port) {
    return new HostPort(host, port);
  }

  /**
   * A Unix domain socket.
   *
   * @param path the socket's file
   * @return the endpoint
   * @throws IllegalArgumentException if the path is empty or too long for the kernel
   */
  static Endpoint unix(Path path) {
    return new UnixPath(path);
  }

  /**
   * Reads the endpoint of somebody to talk to: {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code unix:PATH}.
   *
   * @param text as written at a command line
   * @return the endpoint
   * @throws IllegalArgumentException when it is anything else; the message says what to write
   */
  static Endpoint parse(String text) {
    return UnixPath.isOne(text) ? UnixPath.parse(text) : HostPort.parse(text);
  }

  /**
   * Reads the endpoint of somebody who listens: as {@link #parse}, and port 0 is any free one.
   *
   * @param text as written at a command line
   * @return the endpoint
   * @throws IllegalArgumentException when it is anything else; the message says what to write
   */
  static Endpoint parseListening(String text) {
    return UnixPath.isOne(text) ? UnixPath.parse(text) : HostPort.parseListening(text);
  }
}
