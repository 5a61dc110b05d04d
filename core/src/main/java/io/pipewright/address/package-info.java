/**
 * Where services are and who their peers are, as people write it: {@link io.pipewright.address.Endpoint}. Nothing here looks
 * up a name or opens a socket.
 *
 * <p>Networks of addresses: {@link io.pipewright.address.Cidr} is one, {@link io.pipewright.address.CidrSet} many of them behind one
 * fast question. No name is ever looked up here.
 *
 * <p>IPv4 is kept as IPv6 keeps it, {@code ::ffff:a.b.c.d} (RFC 4291, section 2.5.5.2), so that a client of a listener for both
 * families matches the IPv4 network that it comes from:
 *
 * <pre>
 *   127     high      64 63      low       0
 *  ┌──────────────────┬────────┬──────┬──────┐
 *  │        0         │   0    │ ffff │ IPv4 │   10.0.0.0/8 is /104 of this
 *  └──────────────────┴────────┴──────┴──────┘
 * </pre>
 */
package io.pipewright.address;
