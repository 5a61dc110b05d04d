package io.pipewright.proxy;

import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Settings of a {@link ProxyProtocol}; all defaults stand here. Not thread-safe. */
public final class ProxyProtocolBuilder {

  private static final int LARGEST_TLVS = V2.LARGEST_LENGTH - V2.LONGEST_ADDRESSES;
  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  private ProxyProtocol.Mode mode = ProxyProtocol.Mode.REQUIRED;
  private final List<Cidr> trusted = new ArrayList<>();
  private boolean trustsUnix;
  private Duration headerTimeout = Duration.ofSeconds(5);
  private int maxTlvBytes = 4096;

  ProxyProtocolBuilder() {}

  /**
   * What becomes of a connection without a header. Default {@link ProxyProtocol.Mode#REQUIRED}.
   *
   * @param mode served, or closed
   * @return this
   */
  public ProxyProtocolBuilder mode(ProxyProtocol.Mode mode) {
    this.mode = Objects.requireNonNull(mode, "mode");
    return this;
  }

  /**
   * Trusts the peers of these networks to say for whom they speak, besides those that were trusted before.
   *
   * @param proxies where the proxies are
   * @return this
   */
  public ProxyProtocolBuilder trust(CidrSet proxies) {
    trusted.addAll(proxies.cidrs());
    return this;
  }

  /**
   * As {@link #trust(CidrSet)}.
   *
   * @param proxies where the proxies are
   * @return this
   */
  public ProxyProtocolBuilder trust(Cidr... proxies) {
    trusted.addAll(Arrays.asList(proxies));
    return this;
  }

  /**
   * Whether whoever can open a Unix-domain socket that is listened on is trusted. Default false.
   *
   * @param trusts on or off
   * @return this
   */
  public ProxyProtocolBuilder trustUnix(boolean trusts) {
    this.trustsUnix = trusts;
    return this;
  }

  /**
   * How long the header may take. Default 5 s.
   *
   * @param headerTimeout 1 ms to 1 h
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ProxyProtocolBuilder headerTimeout(Duration headerTimeout) {
    if (headerTimeout.compareTo(Duration.ofMillis(1)) < 0
        || headerTimeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new ConfigurationException(
          "headerTimeout", headerTimeout, "must be 1 ms to 1 h, not " + headerTimeout);
    }
    this.headerTimeout = headerTimeout;
    return this;
  }

  /**
   * How many bytes the elements of a version 2 header may take. Default 4096.
   *
   * @param bytes 0 to 65,319
   * @return this
   * @throws ConfigurationException if out of range
   */
  public ProxyProtocolBuilder maxTlvBytes(int bytes) {
    if (bytes < 0 || bytes > LARGEST_TLVS) {
      throw new ConfigurationException(
          "maxTlvBytes", bytes, "must be 0 to " + LARGEST_TLVS + ", not " + bytes);
    }
    this.maxTlvBytes = bytes;
    return this;
  }

  /**
   * Validates and builds.
   *
   * @throws ConfigurationException if nobody is trusted, or a channel's address cannot be replaced in this process
   */
  public ProxyProtocol build() {
    if (trusted.isEmpty() && !trustsUnix) {
      throw new ConfigurationException(
          "trust",
          null,
          "name the networks of the proxies; whoever is trusted can claim any address");
    }
    PeerAddress.requireReplaceable();
    return new ProxyProtocol(mode, CidrSet.of(trusted), trustsUnix, headerTimeout, maxTlvBytes);
  }
}
