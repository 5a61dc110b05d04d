/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's {@code proxy-protocol.txt}): a proxy says in front of the first byte of a
 * connection for whom it speaks. {@link io.pipewright.proxy.ProxyProtocol} reads such headers, and {@link
 * io.pipewright.proxy.ProxyWriting} writes them.
 *
 * <pre>
 *   version 1   PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n            107 bytes at most
 *
 *   version 2    0            12    13    14     16
 *               ┌──────────────┬──┬──┬──┬──┬──────┬───────────┬──────┬──
 *               │ signature    │ 2│ c│ f│ t│ length│ addresses │ TLVs │ the client's bytes…
 *               └──────────────┴──┴──┴──┴──┴──────┴───────────┴──────┴──
 *                  version, command    family, transport     └── length bytes ──┘
 * </pre>
 *
 * <p>The bytes are read by our own code, which is small: Netty's codec leaves the CRC-32C unchecked, drops what is left behind
 * the last whole TLV in silence, takes zones and signs in version 1 and no port 0, and keeps back up to 107 bytes that
 * cannot be a header.
 */
package io.pipewright.proxy;
