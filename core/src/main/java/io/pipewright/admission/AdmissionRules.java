package io.pipewright.admission;

import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What can be said of whom to admit; all defaults stand here. Without a word everybody is.
 *
 * @param <B> the builder itself
 */
public abstract class AdmissionRules<B extends AdmissionRules<B>> {

  private int maxConnections = AdmissionPolicy.UNLIMITED;
  private int maxPerAddress = AdmissionPolicy.UNLIMITED;
  private int ipv4PrefixLength = 32;
  private int ipv6PrefixLength = 64; // what a provider gives to one customer, at the least
  private int acceptsPerSecond = AdmissionPolicy.UNLIMITED;
  private int acceptBurst = 1;
  private final List<Cidr> allow = new ArrayList<>();
  private final List<Cidr> deny = new ArrayList<>();

  AdmissionRules() {}

  /**
   * How many connections may be open. Default {@link AdmissionPolicy#UNLIMITED}.
   *
   * @param connections 1 or more
   * @return this
   */
  public B maxConnections(int connections) {
    this.maxConnections = connections;
    return self();
  }

  /**
   * How many connections may be open from one address, or from what counts as one. Default {@link AdmissionPolicy#UNLIMITED}.
   *
   * @param connections 1 or more
   * @return this
   */
  public B maxPerAddress(int connections) {
    this.maxPerAddress = connections;
    return self();
  }

  /**
   * How many leading bits of IPv4 addresses must agree for them to count as one. Default 32: each address counts alone.
   *
   * @param bits 0 to 32
   * @return this
   */
  public B ipv4PrefixLength(int bits) {
    this.ipv4PrefixLength = bits;
    return self();
  }

  /**
   * How many leading bits of IPv6 addresses must agree for them to count as one. Default 64: who has one address has them all.
   *
   * @param bits 0 to 128
   * @return this
   */
  public B ipv6PrefixLength(int bits) {
    this.ipv6PrefixLength = bits;
    return self();
  }

  /**
   * How many connections may be admitted in a second, measured by a token bucket: after a quiet time {@code burst} may come at
   * once. Default {@link AdmissionPolicy#UNLIMITED}.
   *
   * @param perSecond 1 to 1,000,000, or {@link AdmissionPolicy#UNLIMITED}
   * @param burst 1 to 1,000,000
   * @return this
   */
  public B acceptRate(int perSecond, int burst) {
    this.acceptsPerSecond = perSecond;
    this.acceptBurst = burst;
    return self();
  }

  /**
   * Allows these networks, besides those that were allowed before, and nobody else from the first one on.
   *
   * @param networks of addresses
   * @return this
   */
  public B allow(CidrSet networks) {
    allow.addAll(networks.cidrs());
    return self();
  }

  /**
   * As {@link #allow(CidrSet)}.
   *
   * @param networks of addresses
   * @return this
   */
  public B allow(Cidr... networks) {
    allow.addAll(Arrays.asList(networks));
    return self();
  }

  /**
   * Denies these networks, besides those that were denied before: also what is allowed.
   *
   * @param networks of addresses
   * @return this
   */
  public B deny(CidrSet networks) {
    deny.addAll(networks.cidrs());
    return self();
  }

  /**
   * As {@link #deny(CidrSet)}.
   *
   * @param networks of addresses
   * @return this
   */
  public B deny(Cidr... networks) {
    deny.addAll(Arrays.asList(networks));
    return self();
  }

  /**
   * Forgets whom to allow: everybody is who is not denied.
   *
   * @return this
   */
  public B clearAllow() {
    allow.clear();
    return self();
  }

  /**
   * Forgets whom to deny.
   *
   * @return this
   */
  public B clearDeny() {
    deny.clear();
    return self();
  }

  final B from(AdmissionPolicy policy) {
    maxConnections = policy.maxConnections();
    maxPerAddress = policy.maxPerAddress();
    ipv4PrefixLength = policy.ipv4PrefixLength();
    ipv6PrefixLength = policy.ipv6PrefixLength();
    acceptsPerSecond = policy.acceptsPerSecond();
    acceptBurst = policy.acceptBurst();
    return clearAllow().clearDeny().allow(policy.allow()).deny(policy.deny());
  }

  final AdmissionPolicy policy() {
    return new AdmissionPolicy(
        maxConnections,
        maxPerAddress,
        ipv4PrefixLength,
        ipv6PrefixLength,
        acceptsPerSecond,
        acceptBurst,
        CidrSet.of(allow),
        CidrSet.of(deny));
  }

  abstract B self();
}
