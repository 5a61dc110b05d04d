package io.pipewright.examples;

import io.netty.util.NetUtil;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Tells what kind of address an address is, without asking the network.
 *
 * <pre>{@code
 * examples address-kinds 192.168.1.9 224.0.0.1 fe80::1
 * }</pre>
 */
@Command(
    name = AddressKinds.NAME,
    description = "Tells an address's kind: class, private, multicast, …")
final class AddressKinds implements Callable<Integer> {

  static final String NAME = "address-kinds";

  private static final int IPV4_BYTES = 4;

  @Parameters(
      paramLabel = "ADDRESS",
      arity = "1..*",
      description = "IPv4 or IPv6, in numbers: names are not looked up.")
  private List<String> addresses;

  @Override
  public Integer call() {
    List<String> lines =
        new ArrayList<>(); // all or nothing: a bad address among them is told alone
    for (String address : addresses) {
      lines.add(address + "  " + kinds(address));
    }
    lines.forEach(Terminal.standard()::println);
    return ExitCode.OK;
  }

  /**
   * The kinds of an address, from the general to the particular: {@code class C, private}.
   *
   * @throws LaunchException with {@link ExitCode#USAGE} if it is no address
   */
  static String kinds(String address) {
    byte[] bytes = parse(address);
    List<String> kinds = kinds(bytes);
    String all = String.join(", ", kinds);
    return kinds.contains("IPv4-mapped") ? all + ": " + mapped(bytes) : all;
  }

  private static List<String> kinds(byte[] address) {
    List<String> kinds = new ArrayList<>();
    for (Block block : Registry.BLOCKS) {
      if (block.contains(address) && !kinds.contains(block.kind)) {
        kinds.add(block.kind);
      }
    }
    if (kinds.isEmpty() || kinds.equals(List.of("class E"))) {
      kinds.add("reserved");
    } else if (address.length == IPV4_BYTES && kinds.size() == 1) {
      kinds.add("public");
    }
    return kinds;
  }

  private static String mapped(byte[] address) {
    byte[] last = Arrays.copyOfRange(address, address.length - IPV4_BYTES, address.length);
    return NetUtil.bytesToIpAddress(last) + " " + String.join(", ", kinds(last));
  }

  private static byte[] parse(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      throw new LaunchException(
          ExitCode.USAGE, "'" + address + "' is no address: write 192.168.1.9 or fe80::1");
    }
    return bytes;
  }

  /** A class of its own, so that the list of examples can be shown without building the table. */
  private static final class Registry {

    /**
     * IANA's registries of special-purpose addresses (RFC 6890) in short; the classes of RFC 791 are
     * history, but everybody still names them. Every block that an address is in counts.
     */
    static final List<Block> BLOCKS = List.of(
        new Block("0.0.0.0/1", "class A"),
        new Block("128.0.0.0/2", "class B"),
        new Block("192.0.0.0/3", "class C"),
        new Block("224.0.0.0/4", "class D"),
        new Block("240.0.0.0/4", "class E"),
        new Block("10.0.0.0/8", "private"),
        new Block("172.16.0.0/12", "private"),
        new Block("192.168.0.0/16", "private"),
        new Block("127.0.0.0/8", "loopback"),
        new Block("169.254.0.0/16", "link-local"),
        new Block("224.0.0.0/4", "multicast"),
        new Block("255.255.255.255/32", "broadcast"),
        new Block("0.0.0.0/32", "every address of this machine"),
        new Block("0.0.0.0/8", "this network"),
        new Block("100.64.0.0/10", "shared by a provider's customers"),
        new Block("192.0.2.0/24", "documentation"),
        new Block("198.51.100.0/24", "documentation"),
        new Block("203.0.113.0/24", "documentation"),
        new Block("198.18.0.0/15", "benchmarks"),
        new Block("::/128", "every address of this machine"),
        new Block("::1/128", "loopback"),
        new Block("::ffff:0:0/96", "IPv4-mapped"),
        new Block("64:ff9b::/96", "IPv4 translated"),
        new Block("2000::/3", "global unicast"),
        new Block("2001:db8::/32", "documentation"),
        new Block("3fff::/20", "documentation"),
        new Block("2002::/16", "6to4"),
        new Block("fc00::/7", "private (unique local)"),
        new Block("fe80::/10", "link-local"),
        new Block("ff00::/8", "multicast"));
  }

  /** Addresses that share their first bits. */
  private static final class Block {

    private final byte[] prefix;
    private final int bits;
    private final String kind;

    Block(String cidr, String kind) {
      int slash = cidr.indexOf('/');
      this.prefix = parse(cidr.substring(0, slash));
      this.bits = Integer.parseInt(cidr.substring(slash + 1));
      this.kind = kind;
    }

    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      int whole = bits / 8;
      int mask = (0xff00 >> (bits % 8)) & 0xff; // of the byte that the prefix ends in
      return Arrays.equals(address, 0, whole, prefix, 0, whole)
          && (mask == 0 || ((address[whole] ^ prefix[whole]) & mask) == 0);
    }
  }
}
