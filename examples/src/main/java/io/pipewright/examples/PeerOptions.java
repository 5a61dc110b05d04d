package io.pipewright.examples;

import io.pipewright.address.HostPort;
import picocli.CommandLine.Option;

/** Whom a client talks to, as a picocli mixin: {@code --host} and {@code --port}. */
final class PeerOptions {

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "The server's name or address.")
  private String host;

  @Option(names = "--port", paramLabel = "PORT", description = "The server's port.")
  private int port;

  private PeerOptions(int port) {
    this.port = port;
  }

  /** Options whose {@code --port} has this default. */
  static PeerOptions onPort(int port) {
    return new PeerOptions(port);
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  /** {@code 127.0.0.1:9527}, for sentences. */
  @Override
  public String toString() {
    return new HostPort(host, port).toString();
  }
}
