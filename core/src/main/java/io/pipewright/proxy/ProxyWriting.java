package io.pipewright.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.pipewright.ConfigurationException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The header that a client writes in front of everything else, when it speaks for somebody. Immutable: every change returns
 * another.
 *
 * <p>Without a source or a destination those of the client's own socket are written. Where there is no IP address, as on a
 * Unix-domain socket, the header says that the address is not known. IPv4 and IPv6 mixed are written as IPv6.
 */
public final class ProxyWriting {

  private static final int LARGEST_UNIQUE_ID = 128;

  /** What two IPv6 addresses and their ports take. */
  private static final int LONGEST_IP_ADDRESSES = 36;

  private final int version;
  private final boolean local;
  private final InetSocketAddress source;
  private final InetSocketAddress destination;
  private final List<ProxyTlv> tlvs;

  private ProxyWriting(
      int version,
      boolean local,
      InetSocketAddress source,
      InetSocketAddress destination,
      List<ProxyTlv> tlvs) {
    this.version = version;
    this.local = local;
    this.source = source;
    this.destination = destination;
    this.tlvs = List.copyOf(tlvs);
  }

  static ProxyWriting version(int version) {
    if (version != 1 && version != 2) {
      throw new ConfigurationException("version", version, "must be 1 or 2, not " + version);
    }
    return new ProxyWriting(version, false, null, null, List.of());
  }

  /**
   * For whom the client speaks.
   *
   * @param source an IP address and a port
   * @throws ConfigurationException if it is only a name
   */
  public ProxyWriting source(InetSocketAddress source) {
    return new ProxyWriting(version, local, resolved("source", source), destination, tlvs);
  }

  /**
   * Where that one wanted to go.
   *
   * @param destination an IP address and a port
   * @throws ConfigurationException if it is only a name
   */
  public ProxyWriting destination(InetSocketAddress destination) {
    return new ProxyWriting(version, local, source, resolved("destination", destination), tlvs);
  }

  private static InetSocketAddress resolved(String field, InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new ConfigurationException(
          field,
          address,
          "must be an IP address and a port, not the name " + address.getHostString());
    }
    return address;
  }

  /**
   * The client speaks for itself, as in a health check. Version 2 only: version 1 says {@code UNKNOWN} instead.
   */
  public ProxyWriting local() {
    return new ProxyWriting(version, true, null, null, List.of());
  }

  /** The name that was asked for, such as TLS's SNI. Version 2 only. */
  public ProxyWriting authority(String name) {
    return tlv(ProxyTlv.AUTHORITY, name.getBytes(StandardCharsets.UTF_8));
  }

  /** The protocol that was agreed on. Version 2 only. */
  public ProxyWriting alpn(String protocol) {
    return tlv(ProxyTlv.ALPN, protocol.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * What this connection is called. Version 2 only.
   *
   * @param id 128 bytes at most, which are copied
   * @throws ConfigurationException if it is longer
   */
  public ProxyWriting uniqueId(byte[] id) {
    if (id.length > LARGEST_UNIQUE_ID) {
      throw new ConfigurationException(
          "uniqueId", id.length, "has at most " + LARGEST_UNIQUE_ID + " bytes, not " + id.length);
    }
    return tlv(ProxyTlv.UNIQUE_ID, id);
  }

  /** A checksum of the whole header. Version 2 only. */
  public ProxyWriting checksum() {
    return tlv(ProxyTlv.CRC32C, new byte[Checksum.BYTES]);
  }

  /**
   * One more element. Version 2 only.
   *
   * @param type 0 to 255
   * @param value its bytes, which are copied
   * @throws ConfigurationException if this is version 1, or the header becomes too long
   */
  public ProxyWriting tlv(int type, byte[] value) {
    if (version != 2) {
      throw new ConfigurationException("version", version, "only version 2 has elements");
    }
    List<ProxyTlv> more = new ArrayList<>(tlvs);
    more.add(new ProxyTlv(type, value));
    int most = V2.LARGEST_LENGTH - LONGEST_IP_ADDRESSES;
    if (Tlvs.bytes(more) > most) {
      throw new ConfigurationException(
          "tlv",
          Tlvs.bytes(more),
          "all elements take at most " + most + " bytes, not " + Tlvs.bytes(more));
    }
    return new ProxyWriting(version, local, source, destination, more);
  }

  /**
   * A handler for one connection, to be added before it is connected and in front of everything that writes. It removes itself
   * when the header is written.
   */
  public ChannelHandler newHandler() {
    return new ProxyWriter(this);
  }

  void write(SocketAddress ownLocal, SocketAddress ownRemote, ByteBuf out) {
    InetSocketAddress from = source == null ? ip(ownLocal) : source;
    InetSocketAddress to = destination == null ? ip(ownRemote) : destination;
    if (version == 1) {
      V1.write(local ? null : from, to, out);
    } else if (local) {
      V2.writeLocal(out);
    } else {
      int start = out.readerIndex();
      V2.write(from, to, tlvs, out);
      fillChecksum(out.slice(start, out.writerIndex() - start));
    }
  }

  private void fillChecksum(ByteBuf header) {
    int offset = header.readableBytes() - Tlvs.bytes(tlvs);
    for (ProxyTlv tlv : tlvs) {
      offset += Tlvs.HEAD_BYTES;
      if (tlv.type() == ProxyTlv.CRC32C && offset >= V2.FIXED_BYTES) {
        header.setInt(offset, Checksum.of(header, offset));
      }
      offset += tlv.length();
    }
  }

  private static InetSocketAddress ip(SocketAddress address) {
    return address instanceof InetSocketAddress inet && !inet.isUnresolved() ? inet : null;
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "writes a PROXY header, version " + version;
  }
}
