package io.pipewright.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.pipewright.CapturedLog;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class AdmissionTest {

  /** An accepted connection that no event loop has yet, or one that has an event loop. */
  private static final class Child extends EmbeddedChannel {

    private final SocketAddress peer;

    Child(Channel parent, SocketAddress peer, boolean register) {
      super(
          parent,
          io.netty.channel.DefaultChannelId.newInstance(),
          register,
          false,
          new ChannelInboundHandlerAdapter());
      this.peer = peer;
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return peer;
    }
  }

  private static final class Listener extends EmbeddedChannel {

    Listener(io.netty.channel.ChannelHandler... handlers) {
      super(handlers);
    }

    @Override
    protected SocketAddress localAddress0() {
      return new InetSocketAddress("127.0.0.1", 80);
    }
  }

  private final AtomicLong now = new AtomicLong();
  private final List<Child> children = new ArrayList<>();

  private Admission admission(AdmissionPolicy.Builder policy) {
    return new Admission(policy.build(), now::get);
  }

  private Child offer(Admission admission, String peer) {
    return offer(admission, peer == null ? null : new InetSocketAddress(peer, 5_000));
  }

  private Child offer(Admission admission, SocketAddress peer) {
    Listener listener = new Listener(admission.newHandler());
    Child child = new Child(listener, peer, true);
    children.add(child);
    listener.writeInbound(child);
    Object admitted = listener.readInbound();
    assertThat(admitted).isEqualTo(child.isOpen() ? child : null);
    listener.finish();
    return child;
  }

  private long refused(Admission admission, Refusal refusal) {
    return admission.refused().get(refusal);
  }

  @Test
  void withoutAWordEverybodyIsAdmittedAndCounted() {
    Admission admission = Admission.builder().build();

    Child one = offer(admission, "192.0.2.1");
    offer(admission, "192.0.2.1");

    assertThat(admission.open()).isEqualTo(2);
    assertThat(one.isOpen()).isTrue();
    one.close();
    one.close();
    assertThat(admission.open()).isEqualTo(1);
    assertThat(admission.refused())
        .hasSize(Refusal.values().length)
        .allSatisfy((why, count) -> assertThat(count).isZero());
  }

  @Test
  void overTheTotalEveryOneIsRefusedUntilOneCloses() {
    Admission admission = admission(AdmissionPolicy.builder().maxConnections(2));
    Child first = offer(admission, "192.0.2.1");
    offer(admission, "192.0.2.2");

    assertThat(offer(admission, "192.0.2.3").isOpen()).isFalse();
    assertThat(refused(admission, Refusal.TOO_MANY)).isEqualTo(1);

    first.close();
    assertThat(offer(admission, "192.0.2.3").isOpen()).isTrue();
    assertThat(admission.open()).isEqualTo(2);
  }

  @Test
  void anAddressCountsByItsPrefix() throws Exception {
    Admission admission =
        admission(AdmissionPolicy.builder().maxPerAddress(1).ipv4PrefixLength(24));
    Child first = offer(admission, "192.0.2.1");
    Child sixth = offer(admission, "2001:db8:0:1::1");

    assertThat(offer(admission, "192.0.2.200").isOpen()).as("the same /24").isFalse();
    assertThat(offer(admission, "192.0.3.1").isOpen()).as("the next /24").isTrue();
    assertThat(offer(admission, "2001:db8:0:1:ffff::9").isOpen())
        .as("the same /64")
        .isFalse();
    assertThat(offer(admission, "2001:db8:0:2::1").isOpen()).as("the next /64").isTrue();
    assertThat(refused(admission, Refusal.TOO_MANY_FROM_ADDRESS)).isEqualTo(2);
    assertThat(admission.openFrom(InetAddress.getByName("192.0.2.9"))).isEqualTo(1);

    first.close();
    sixth.close();
    assertThat(offer(admission, "192.0.2.200").isOpen()).isTrue();
    assertThat(offer(admission, "2001:db8:0:1::1").isOpen()).isTrue();
  }

  @Test
  void nothingIsKeptOfAnAddressWithoutConnections() {
    Admission admission = admission(AdmissionPolicy.builder().maxPerAddress(1));
    for (int i = 0; i < 300; i++) {
      offer(admission, "10.0.0." + i % 256);
      offer(admission, "10.0.0." + i % 256);
    }
    assertThat(admission.addresses().networks()).isEqualTo(256);

    children.forEach(Child::close);

    assertThat(admission.addresses().networks()).isZero();
    assertThat(admission.open()).isZero();
  }

  @Test
  void denyWinsOverAllowAndAllowRefusesAllElse() {
    Admission admission = admission(AdmissionPolicy.builder()
        .allow(CidrSet.parse("10.0.0.0/8"))
        .allow(Cidr.parse("2001:db8::/32"))
        .deny(Cidr.parse("10.6.6.6")));

    assertThat(offer(admission, "10.1.1.1").isOpen()).isTrue();
    assertThat(offer(admission, "2001:db8::1").isOpen()).isTrue();
    assertThat(offer(admission, "10.6.6.6").isOpen()).isFalse();
    assertThat(offer(admission, "192.0.2.1").isOpen()).isFalse();
    assertThat(refused(admission, Refusal.DENIED)).isEqualTo(1);
    assertThat(refused(admission, Refusal.NOT_ALLOWED)).isEqualTo(1);
    assertThat(admission.open()).isEqualTo(2);
  }

  @Test
  void theRateIsATokenBucketAndTheRefusedTakeNoToken() {
    Admission admission =
        admission(AdmissionPolicy.builder().acceptRate(2, 1).deny(Cidr.parse("192.0.2.66")));
    assertThat(offer(admission, "192.0.2.66").isOpen()).isFalse();

    assertThat(offer(admission, "192.0.2.1").isOpen()).isTrue();
    assertThat(offer(admission, "192.0.2.1").isOpen()).isFalse();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(offer(admission, "192.0.2.1").isOpen()).isTrue();

    assertThat(refused(admission, Refusal.TOO_FAST)).isEqualTo(1);
    assertThat(admission.open()).isEqualTo(2);
    assertThat(admission.addresses().networks()).isEqualTo(1);
  }

  @Test
  void aPeerWithoutAnAddressIsCountedInAllButJudgedByNoAddress() {
    Admission admission = admission(AdmissionPolicy.builder()
        .maxConnections(2)
        .maxPerAddress(1)
        .allow(Cidr.parse("10.0.0.0/8")));

    assertThat(offer(admission, new DomainSocketAddress("/tmp/x")).isOpen()).isTrue();
    assertThat(offer(admission, new DomainSocketAddress("/tmp/x")).isOpen()).isTrue();
    assertThat(offer(admission, new DomainSocketAddress("/tmp/x")).isOpen()).isFalse();
    assertThat(refused(admission, Refusal.TOO_MANY)).isEqualTo(1);
  }

  @Test
  void aPeerThatHasGoneBeforeItsAddressWasKnownPassesNoRuleOnAddresses() {
    assertThat(offer(Admission.builder().build(), (String) null).isOpen()).isTrue();

    Admission allows = admission(AdmissionPolicy.builder().allow(Cidr.parse("0.0.0.0/0")));
    assertThat(offer(allows, (String) null).isOpen()).isFalse();
    assertThat(refused(allows, Refusal.NOT_ALLOWED)).isEqualTo(1);

    Admission denies = admission(AdmissionPolicy.builder().deny(Cidr.parse("10.0.0.0/8")));
    assertThat(offer(denies, (String) null).isOpen()).isFalse();
    assertThat(refused(denies, Refusal.DENIED)).isEqualTo(1);
  }

  @Test
  void aChangeHoldsFromTheNextConnectionOnAndCountsWhoIsHere() {
    Admission admission = Admission.builder().build();
    for (int i = 0; i < 3; i++) {
      offer(admission, "192.0.2.1");
    }

    admission.change(policy -> policy.maxPerAddress(3));
    assertThat(offer(admission, "192.0.2.1").isOpen()).isFalse();
    assertThat(children.stream().filter(Child::isOpen)).as("who is here stays").hasSize(3);

    admission.change(policy -> policy.deny(Cidr.parse("192.0.2.2")));
    assertThat(admission.policy().maxPerAddress()).as("the rest stays").isEqualTo(3);
    assertThat(offer(admission, "192.0.2.2").isOpen()).isFalse();

    admission.change(policy -> policy.clearDeny().maxPerAddress(AdmissionPolicy.UNLIMITED));
    assertThat(offer(admission, "192.0.2.2").isOpen()).isTrue();
    assertThat(offer(admission, "192.0.2.1").isOpen()).isTrue();
  }

  @Test
  void aChangeOfThePrefixGivesBackWhatWasCountedBefore() {
    Admission admission = admission(AdmissionPolicy.builder().maxPerAddress(5));
    Child before = offer(admission, "192.0.2.1");
    admission.change(policy -> policy.ipv4PrefixLength(16));
    Child after = offer(admission, "192.0.2.1");

    before.close();
    after.close();

    assertThat(admission.addresses().networks()).isZero();
  }

  @Test
  void aChangeThatKeepsTheRateGivesNoNewBurst() {
    Admission admission = admission(AdmissionPolicy.builder().acceptRate(1, 1));
    offer(admission, "192.0.2.1");

    admission.change(policy -> policy.maxConnections(10));

    assertThat(offer(admission, "192.0.2.1").isOpen()).isFalse();
  }

  @Test
  void theCountIsGivenBackWhenNettyCannotRegisterTheConnection() {
    Admission admission = admission(AdmissionPolicy.builder().maxPerAddress(1));
    Listener listener = new Listener(admission.newHandler(), new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object child) {
        ((Channel) child)
            .unsafe()
            .closeForcibly(); // as Netty's acceptor does, without its close future
      }
    });
    Child child = new Child(listener, new InetSocketAddress("192.0.2.1", 1), false);

    listener.writeInbound(child);

    assertThat(child.closeFuture().isDone()).isFalse();
    assertThat(admission.open()).isZero();
    assertThat(admission.addresses().networks()).isZero();
    listener.finish();
  }

  @Test
  void whoSpeaksForOthersIsJudgedByTheClientsAddressWhenItIsKnown() throws Exception {
    Admission admission = admission(AdmissionPolicy.builder()
        .maxConnections(3)
        .maxPerAddress(1)
        .deny(Cidr.parse("10.0.0.1"), Cidr.parse("203.0.113.66")));
    InetSocketAddress proxy = new InetSocketAddress("10.0.0.1", 1);
    Listener listener =
        new Listener(admission.newHandler(child -> proxy.equals(child.remoteAddress())));
    List<Object> active = new ArrayList<>();
    List<Child> proxied = new ArrayList<>();
    for (String client : List.of("203.0.113.1", "203.0.113.1", "203.0.113.66")) {
      Child child = new Child(listener, proxy, true);
      listener.writeInbound(child);
      assertThat(admission.open()).as("the total is judged at once").isGreaterThan(0);
      InetAddress address = InetAddress.getByName(client);
      child.pipeline().addLast(admission.newAddressHandler(channel -> Optional.of(address)));
      child.pipeline().addLast(new ChannelInboundHandlerAdapter() {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
          active.add(child);
        }
      });
      child.pipeline().fireChannelActive();
      proxied.add(child);
    }

    assertThat(proxied).extracting(Channel::isOpen).containsExactly(true, false, false);
    assertThat(active).containsExactly(proxied.get(0));
    assertThat(refused(admission, Refusal.TOO_MANY_FROM_ADDRESS)).isEqualTo(1);
    assertThat(refused(admission, Refusal.DENIED)).isEqualTo(1);
    assertThat(admission.open()).isEqualTo(1);
    proxied.get(0).close();
    assertThat(admission.addresses().networks()).isZero();
    listener.finish();
  }

  @Test
  void whoIsExemptIsJudgedByNoAddress() {
    Admission admission = admission(AdmissionPolicy.builder().deny(CidrSet.parse("0.0.0.0/0")));
    Listener listener = new Listener(admission.newHandler(peer -> true));
    Child child = new Child(listener, new InetSocketAddress("10.0.0.1", 1), true);
    listener.writeInbound(child);
    child.pipeline().addLast(admission.newAddressHandler(channel -> Optional.empty()));
    child.pipeline().fireChannelActive();

    assertThat(child.isOpen()).isTrue();
    assertThat(admission.open()).isEqualTo(1);
    children.add(child);
    listener.finish();
  }

  @Test
  void refusalsAreLoggedInBounds() {
    Admission admission = admission(AdmissionPolicy.builder().deny(Cidr.parse("192.0.2.0/24")));
    Listener listener = new Listener(admission.newHandler());
    try (CapturedLog log = CapturedLog.of(Admission.class.getName(), Level.INFO)) {
      for (int i = 0; i < 100; i++) {
        listener.writeInbound(new Child(listener, new InetSocketAddress("192.0.2.9", 1), false));
      }
      assertThat(log.lines()).hasSizeBetween(1, 5);
      assertThat(log.lines().get(0)).isEqualTo("refused 192.0.2.9:1: its address is denied");
    }
    assertThat(refused(admission, Refusal.DENIED)).isEqualTo(100);
    listener.finish();
  }

  @Test
  void whatCannotBeIsSaidWithTheField() {
    assertThatThrownBy(() -> Admission.builder().maxConnections(0).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("maxConnections: must be 1 to 2147483647, not 0");
    assertThatThrownBy(() -> Admission.builder().maxPerAddress(-1).build())
        .hasMessageStartingWith("maxPerAddress: must be 1 to");
    assertThatThrownBy(() -> Admission.builder().ipv4PrefixLength(33).build())
        .hasMessage("ipv4PrefixLength: must be 0 to 32, not 33");
    assertThatThrownBy(() -> Admission.builder().ipv6PrefixLength(129).build())
        .hasMessage("ipv6PrefixLength: must be 0 to 128, not 129");
    assertThatThrownBy(() -> Admission.builder().acceptRate(0, 1).build())
        .hasMessage("acceptsPerSecond: must be 1 to 1000000, not 0");
    assertThatThrownBy(() -> Admission.builder().acceptRate(1, 0).build())
        .hasMessage("acceptBurst: must be 1 to 1000000, not 0");

    Admission admission = Admission.builder().maxConnections(5).build();
    assertThatThrownBy(() -> admission.change(policy -> policy.maxConnections(-5)))
        .isInstanceOf(ConfigurationException.class);
    assertThat(admission.policy().maxConnections()).isEqualTo(5);
  }
}
