package io.pipewright.admission;

import io.pipewright.ConfigurationException;
import io.pipewright.address.CidrSet;
import java.util.Objects;

/**
 * Whom to admit. Immutable; what holds now is in {@link Admission#policy()}.
 *
 * @param maxConnections how many may be open, or {@link #UNLIMITED}
 * @param maxPerAddress how many may be open from one address, or {@link #UNLIMITED}
 * @param ipv4PrefixLength how many leading bits of IPv4 addresses must agree for them to count as one: 0 to 32
 * @param ipv6PrefixLength how many leading bits of IPv6 addresses must agree for them to count as one: 0 to 128
 * @param acceptsPerSecond how many may come in a second, or {@link #UNLIMITED}
 * @param acceptBurst how many may come at once after a quiet time; without meaning if the rate is unlimited
 * @param allow if not empty, addresses in none of these networks are refused
 * @param deny addresses in these networks are refused, allowed or not
 */
public record AdmissionPolicy(
    int maxConnections,
    int maxPerAddress,
    int ipv4PrefixLength,
    int ipv6PrefixLength,
    int acceptsPerSecond,
    int acceptBurst,
    CidrSet allow,
    CidrSet deny) {

  /** No limit. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** The largest rate and burst that can be asked for: beyond it, none is meant. */
  static final int MOST_PER_SECOND = 1_000_000;

  /**
   * Validates.
   *
   * @throws ConfigurationException if a number is out of range
   */
  public AdmissionPolicy {
    check("maxConnections", maxConnections, 1, UNLIMITED);
    check("maxPerAddress", maxPerAddress, 1, UNLIMITED);
    check("ipv4PrefixLength", ipv4PrefixLength, 0, 32);
    check("ipv6PrefixLength", ipv6PrefixLength, 0, 128);
    if (acceptsPerSecond != UNLIMITED) {
      check("acceptsPerSecond", acceptsPerSecond, 1, MOST_PER_SECOND);
      check("acceptBurst", acceptBurst, 1, MOST_PER_SECOND);
    }
    Objects.requireNonNull(allow, "allow");
    Objects.requireNonNull(deny, "deny");
  }

  private static void check(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ConfigurationException(
          field, value, "must be " + least + " to " + most + ", not " + value);
    }
  }

  /** A builder without limits. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that has everything from this policy. */
  public Builder toBuilder() {
    return new Builder().from(this);
  }

  boolean limitsRate() {
    return acceptsPerSecond != UNLIMITED;
  }

  /** Gathers a policy. Not thread-safe. */
  public static final class Builder extends AdmissionRules<Builder> {

    Builder() {}

    /**
     * Validates and builds.
     *
     * @throws ConfigurationException if a number is out of range
     */
    public AdmissionPolicy build() {
      return policy();
    }

    @Override
    Builder self() {
      return this;
    }
  }
}
