package io.pipewright.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.pipewright.address.Cidr;
import java.net.InetAddress;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Admits connections, or refuses them, by a policy that can be changed while servers run, and counts both. Thread-safe; several
 * servers that share one share its limits.
 *
 * <pre>{@code
 * Admission admission = Admission.builder().maxConnections(10_000).maxPerAddress(50).build();
 * RunningServer server = TcpServer.builder().admission(admission).pipeline(pipeline).start();
 * admission.change(now -> now.deny(Cidr.parse("203.0.113.7")));   // from the next connection on
 * }</pre>
 *
 * <p>In a plain Netty {@code ServerBootstrap}: {@code bootstrap.handler(admission.newHandler())}.
 *
 * <p>Peers of a Unix-domain socket have no address: the rules on addresses do not apply to them. Where an address should be and
 * cannot be had any more, because the peer has gone, it is refused if there is any rule on addresses.
 */
public final class Admission {

  /** A policy and the tokens that are left under it. */
  private record Rules(AdmissionPolicy policy, TokenBucket rate) {}

  private final LongSupplier nanos;
  private final AtomicInteger open = new AtomicInteger();
  private final AddressCounts addresses = new AddressCounts();
  private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);
  private final Refuser refuser = new Refuser(this);
  private volatile Rules rules;

  Admission(AdmissionPolicy policy, LongSupplier nanos) {
    this.nanos = nanos;
    this.rules = new Rules(policy, bucket(policy));
    for (Refusal refusal : Refusal.values()) {
      refused.put(refusal, new LongAdder());
    }
  }

  /** A builder without limits. */
  public static AdmissionBuilder builder() {
    return new AdmissionBuilder();
  }

  private TokenBucket bucket(AdmissionPolicy policy) {
    return policy.limitsRate()
        ? new TokenBucket(policy.acceptsPerSecond(), policy.acceptBurst(), nanos.getAsLong())
        : null;
  }

  /** What holds now. */
  public AdmissionPolicy policy() {
    return rules.policy();
  }

  /**
   * From the next connection on, this policy holds. Those that are open stay open and stay counted, each for the network that it
   * was counted for when it came.
   */
  public synchronized void update(AdmissionPolicy policy) {
    AdmissionPolicy before = rules.policy();
    boolean sameRate = before.acceptsPerSecond() == policy.acceptsPerSecond()
        && before.acceptBurst() == policy.acceptBurst();
    rules = new Rules(policy, sameRate ? rules.rate() : bucket(policy));
  }

  /**
   * Changes some of the policy from the next connection on, as {@link #update} does; no other change comes in between.
   *
   * @param change gets a builder with the policy that holds now
   * @throws io.pipewright.ConfigurationException if a number is out of range; the policy stays as it was
   */
  public synchronized void change(UnaryOperator<AdmissionPolicy.Builder> change) {
    update(change.apply(policy().toBuilder()).build());
  }

  /** How many admitted connections are open. */
  public int open() {
    return open.get();
  }

  /** How many admitted connections are open from an address, or from what counts as one by the policy that holds now. */
  public int openFrom(InetAddress address) {
    AdmissionPolicy policy = policy();
    return addresses.of(Cidr.around(address, policy.ipv4PrefixLength(), policy.ipv6PrefixLength()));
  }

  /** How many connections have been refused for each reason: a copy, with every reason in it. */
  public Map<Refusal, Long> refused() {
    Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
    refused.forEach((refusal, count) -> counts.put(refusal, count.sum()));
    return Collections.unmodifiableMap(counts);
  }

  /**
   * For the pipeline of a listener ({@code ServerBootstrap.handler}): judges each accepted connection before it is registered,
   * and resets the refused.
   *
   * @return a sharable handler
   */
  public ChannelHandler newHandler() {
    return newHandler(connection -> false);
  }

  /**
   * As {@link #newHandler()}, but connections of some peers are not judged by the peer's address, because they speak for others,
   * as proxies do. Such a connection is judged by {@link #newAddressHandler} in its own pipeline.
   *
   * @param speaksForOthers whether a connection's peer speaks for others; called on the listener's event loop, when the connection
   *     has none yet
   * @return a sharable handler
   */
  public ChannelHandler newHandler(Predicate<Channel> speaksForOthers) {
    return new AdmissionHandler(this, speaksForOthers);
  }

  /**
   * For the pipeline of a connection whose peer speaks for others: judges it by its client's address when it becomes active, and
   * resets it if it is refused; no handler behind this one hears of such a connection. It does nothing on other connections.
   *
   * @param client the client's address, if it has one: empty is exempt from the rules on addresses; called on the connection's
   *     event loop when it becomes active
   * @return a sharable handler
   */
  public ChannelHandler newAddressHandler(Function<Channel, Optional<InetAddress>> client) {
    return new AddressHandler(this, client);
  }

  /** {@code null} if the place was taken, for now without an address. */
  Refusal takeOne() {
    Rules now = rules;
    if (open.incrementAndGet() > now.policy().maxConnections()) {
      open.decrementAndGet();
      return Refusal.TOO_MANY;
    }
    return null;
  }

  /** {@code null} if connections do not come too fast. */
  Refusal takeToken() {
    TokenBucket rate = rules.rate();
    return rate == null || rate.take(nanos.getAsLong()) ? null : Refusal.TOO_FAST;
  }

  /** {@code null} if the lists have nothing against the address; {@code null} for the address is one that nobody knows. */
  static Refusal judge(InetAddress address, AdmissionPolicy policy) {
    if (!policy.deny().isEmpty() && (address == null || policy.deny().contains(address))) {
      return Refusal.DENIED;
    }
    boolean allowed =
        policy.allow().isEmpty() || (address != null && policy.allow().contains(address));
    return allowed ? null : Refusal.NOT_ALLOWED;
  }

  void count(Refusal refusal) {
    refused.get(refusal).increment();
  }

  Refuser refuser() {
    return refuser;
  }

  void closed() {
    open.decrementAndGet();
  }

  AddressCounts addresses() {
    return addresses;
  }

  /** One line for people: what is open, and the policy. */
  @Override
  public String toString() {
    return "Admission[" + open() + " open, " + policy() + "]";
  }
}
