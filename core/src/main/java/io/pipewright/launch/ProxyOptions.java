package io.pipewright.launch;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.proxy.ProxyProtocolBuilder;
import io.pipewright.tcp.TcpServerBuilder;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Which proxies a TCP server believes, as a picocli mixin. */
final class ProxyOptions {

  /** Whether a PROXY header is expected. */
  enum Expected {
    OFF,
    OPTIONAL,
    REQUIRED;

    /** As users write it, and as {@code --help} shows the default. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--proxy-protocol",
      paramLabel = "WHEN",
      description = {
        "${COMPLETION-CANDIDATES}: whether proxies say in a PROXY header (version 1 or 2) for whom they speak.",
        "required closes who sends none."
      })
  private Expected expected = Expected.OFF;

  @Option(
      names = "--proxy-trust",
      paramLabel = "CIDR",
      split = ",",
      description =
          "Believe the PROXY headers of these networks, and of none else; unix is every peer of a Unix socket.")
  private List<Peer> trusted;

  /** A network of proxies; without one, those of this machine that come by a Unix-domain socket. */
  record Peer(Cidr network) {

    static Peer parse(String text) {
      return text.trim().equals("unix") ? new Peer(null) : new Peer(Cidr.parse(text));
    }
  }

  void applyTo(TcpServerBuilder builder) {
    if (expected == Expected.OFF) {
      if (trusted != null) {
        throw new ConfigurationException(
            "--proxy-trust",
            trusted,
            "trusts nobody without --proxy-protocol optional or required");
      }
      return;
    }
    if (trusted == null) {
      throw new ConfigurationException(
          "--proxy-protocol",
          expected,
          expected
              + " needs --proxy-trust CIDR: name the networks of the proxies; whoever is trusted can claim any"
              + " address");
    }
    ProxyProtocolBuilder proxies =
        ProxyProtocol.builder().mode(ProxyProtocol.Mode.valueOf(expected.name()));
    for (Peer peer : trusted) {
      if (peer.network() == null) {
        proxies.trustUnix(true);
      } else {
        proxies.trust(peer.network());
      }
    }
    builder.proxyProtocol(proxies.build());
  }
}
