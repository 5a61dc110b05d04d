package io.pipewright.launch;

import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import io.pipewright.admission.Admission;
import io.pipewright.admission.AdmissionBuilder;
import io.pipewright.tcp.TcpServerBuilder;
import java.util.List;
import picocli.CommandLine.Option;

/** Whom a TCP server takes, as a picocli mixin. */
final class AdmissionOptions {

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "Refuse who comes while so many connections are open.")
  private Integer maxConnections;

  @Option(
      names = "--max-per-address",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = "Refuse who comes while so many are open from one IPv4 address or IPv6 /64.")
  private Integer maxPerAddress;

  @Option(
      names = "--accept-rate",
      paramLabel = "N",
      converter = Converters.PerSecond.class,
      description = "Refuse who comes when more than so many come in a second.")
  private Integer acceptRate;

  @Option(
      names = "--allow",
      paramLabel = "CIDR",
      split = ",",
      description = "Take nobody but these networks, such as 10.0.0.0/8,fd00::/8.")
  private List<Cidr> allow;

  @Option(
      names = "--deny",
      paramLabel = "CIDR",
      split = ",",
      description = "Refuse these networks, allowed or not.")
  private List<Cidr> deny;

  void applyTo(TcpServerBuilder builder) {
    AdmissionBuilder admission = Admission.builder().allow(setOf(allow)).deny(setOf(deny));
    if (maxConnections != null) {
      admission.maxConnections(maxConnections);
    }
    if (maxPerAddress != null) {
      admission.maxPerAddress(maxPerAddress);
    }
    if (acceptRate != null) {
      admission.acceptRate(acceptRate, acceptRate);
    }
    builder.admission(admission.build());
  }

  private static CidrSet setOf(List<Cidr> named) {
    return named == null ? CidrSet.empty() : CidrSet.of(named);
  }
}
