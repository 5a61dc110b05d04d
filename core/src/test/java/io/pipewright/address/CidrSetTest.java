package io.pipewright.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CidrSetTest {

  @Test
  void itAnswersAsItsNetworksDoOneByOne() throws Exception {
    Random random = new Random(11);
    List<Cidr> cidrs = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      // few different bits, so that networks lie within each other and addresses hit them
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      bytes[0] &= 0x1;
      bytes[1] &= 0x1f;
      int prefix = 11 + random.nextInt(20);
      cidrs.add(Cidr.around(InetAddress.getByAddress(bytes), prefix, prefix));
    }
    CidrSet some = CidrSet.of(cidrs.subList(0, 40));
    CidrSet all = CidrSet.of(cidrs);
    int inside = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      bytes[0] &= 0x1;
      bytes[1] &= 0x1f;
      InetAddress address = InetAddress.getByAddress(bytes);
      assertThat(some.contains(address))
          .as("%s", address)
          .isEqualTo(cidrs.subList(0, 40).stream().anyMatch(cidr -> cidr.contains(address)));
      if (i < 2_000) {
        assertThat(all.contains(address))
            .isEqualTo(cidrs.stream().anyMatch(cidr -> cidr.contains(address)));
      }
      inside += some.contains(address) ? 1 : 0;
    }
    assertThat(inside).as("both answers were put to the test").isBetween(1_000, 19_000);
  }

  @Test
  void theEdgesOfNeighboursAndOfTheWholeSpaceAreRight() throws Exception {
    CidrSet set = CidrSet.parse("10.0.0.0/9,10.128.0.0/9 ffff::/16\n0.0.0.0/32, 255.255.255.255");
    for (String in : List.of(
        "10.0.0.0",
        "10.127.255.255",
        "10.128.0.0",
        "10.255.255.255",
        "0.0.0.0",
        "255.255.255.255",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ffff::")) {
      assertThat(set.contains(CidrTest.address(in))).as(in).isTrue();
    }
    for (String out :
        List.of("9.255.255.255", "11.0.0.0", "0.0.0.1", "255.255.255.254", "::", "fffe:ffff::")) {
      assertThat(set.contains(CidrTest.address(out))).as(out).isFalse();
    }
    assertThat(set.contains(CidrTest.mapped(10, 1, 2, 3))).isTrue();
    assertThat(CidrSet.parse("::/0").contains(CidrTest.mapped(10, 1, 2, 3))).isFalse();
    assertThat(CidrSet.parse("::/0,10.0.0.0/8").contains(CidrTest.address("10.1.1.1")))
        .isTrue();
  }

  @Test
  void whatHasNoIpAddressIsInNoSet() {
    CidrSet all = CidrSet.parse("0.0.0.0/0,::/0");

    assertThat(all.contains(new DomainSocketAddress("/tmp/x"))).isFalse();
    assertThat(all.contains(InetSocketAddress.createUnresolved("localhost", 80)))
        .isFalse();
    assertThat(all.contains((InetSocketAddress) null)).isFalse();
    assertThat(all.contains(new InetSocketAddress("127.0.0.1", 80))).isTrue();
  }

  @Test
  void theEmptySetContainsNothing() throws Exception {
    assertThat(CidrSet.empty().isEmpty()).isTrue();
    assertThat(CidrSet.parse(" , ")).isSameAs(CidrSet.empty());
    assertThat(CidrSet.empty().contains(CidrTest.address("127.0.0.1"))).isFalse();
  }

  @Test
  void itKeepsEachNetworkOnceInTheOrderGiven() {
    CidrSet set = CidrSet.parse("10.1.0.0/16,10.0.0.0/8,10.1.0.0/16,::1");

    assertThat(set).hasToString("10.1.0.0/16, 10.0.0.0/8, ::1/128");
    assertThat(set).isEqualTo(CidrSet.parse(set.toString()));
  }

  @Test
  void theOneThatIsNoneIsNamed() {
    assertThatThrownBy(() -> CidrSet.parse("10.0.0.0/8,10.0.0.1/8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "'10.0.0.1/8' has bits of a host behind its prefix: write 10.0.0.0/8");
  }

  @Test
  void aCheckOfAnIpv4AddressAllocatesNothing() throws Exception {
    List<Cidr> cidrs = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      cidrs.add(Cidr.parse("%d.%d.0.0/17".formatted(20 + i / 250, i % 250)));
    }
    CidrSet set = CidrSet.of(cidrs);
    InetAddress in = CidrTest.address("25.7.1.1");
    InetAddress out = CidrTest.address("25.7.200.1");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = 0;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        found += set.contains(in) ? 1 : 0;
        found += set.contains(out) ? 1 : 0;
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(found).isEqualTo(100_000);
    assertThat(least).as("bytes for 20,000 checks").isLessThan(1_000);
  }
}
