package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import io.pipewright.log.Escaped;
import io.pipewright.proxy.ProxyHeader.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The header of version 1: a line of text. */
final class V1 {

  /** With its CRLF. */
  static final int MAX_BYTES = 107;

  private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");
  private static final Pattern LEADING_ZERO = Pattern.compile("(.*\\.)?0\\d.*");

  private V1() {}

  /** Reads the line and its CRLF; {@code null} and nothing read if more is needed. The signature is there. */
  static Parsed read(ByteBuf in) {
    int from = in.readerIndex();
    int searched = Math.min(in.readableBytes(), MAX_BYTES);
    int lf = in.indexOf(from, from + searched, (byte) '\n');
    if (lf < 0) {
      if (searched == MAX_BYTES) {
        throw new MalformedProxyHeaderException(
            "the PROXY header has no end within " + MAX_BYTES + " bytes");
      }
      return null;
    }
    String line = in.toString(from, lf - from, StandardCharsets.ISO_8859_1);
    if (line.indexOf('\r') != line.length() - 1) {
      throw malformed("its line ends in something else than CRLF", line);
    }
    in.readerIndex(lf + 1);
    return parse(line.substring(0, line.length() - 1));
  }

  private static Parsed parse(String line) {
    String[] words = line.split(" ", -1);
    if (words[1].equals("UNKNOWN")) {
      return Parsed.without(1, Origin.UNKNOWN); // whatever follows is to be ignored
    }
    boolean ipv4 = words[1].equals("TCP4");
    if (!ipv4 && !words[1].equals("TCP6")) {
      throw malformed("it names no protocol of TCP4, TCP6 and UNKNOWN", line);
    }
    if (words.length != 6) {
      throw malformed("it has not two addresses and two ports", line);
    }
    SocketAddress source = address(ipv4, words[2], words[4], line);
    SocketAddress destination = address(ipv4, words[3], words[5], line);
    return new Parsed(1, Origin.CLIENT, source, destination, List.of());
  }

  private static SocketAddress address(boolean ipv4, String host, String port, String line) {
    boolean valid = ipv4
        ? NetUtil.isValidIpV4Address(host) && !LEADING_ZERO.matcher(host).matches()
        : NetUtil.isValidIpV6Address(host) && host.indexOf('%') < 0 && host.indexOf('[') < 0;
    if (!valid) {
      throw malformed("one of its addresses is none", line);
    }
    if (!PORT.matcher(port).matches() || Integer.parseInt(port) > 0xffff) {
      throw malformed("one of its ports is none", line);
    }
    try {
      byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
      return new InetSocketAddress(InetAddress.getByAddress(bytes), Integer.parseInt(port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address that is valid has 4 or 16 bytes", e);
    }
  }

  private static MalformedProxyHeaderException malformed(String why, String line) {
    return new MalformedProxyHeaderException(
        "the PROXY header is malformed, " + why + ": " + Escaped.of(line));
  }

  /** {@code null} is an address that is no IP address, or that nobody knows. */
  static void write(InetSocketAddress source, InetSocketAddress destination, ByteBuf out) {
    StringBuilder line = new StringBuilder("PROXY ");
    if (source == null || destination == null) {
      line.append("UNKNOWN");
    } else {
      boolean ipv4 = Ip.isIpv4(source) && Ip.isIpv4(destination);
      line.append(ipv4 ? "TCP4 " : "TCP6 ")
          .append(Ip.text(source, ipv4))
          .append(' ')
          .append(Ip.text(destination, ipv4))
          .append(' ')
          .append(source.getPort())
          .append(' ')
          .append(destination.getPort());
    }
    out.writeCharSequence(line.append("\r\n"), StandardCharsets.US_ASCII);
  }
}
