/**
 * Multicast over UDP (RFC 1112, RFC 4291, RFC 4607): which groups a socket hears, on which interface and from whom, and how far, over
 * which interface and to whom of this machine its own datagrams to groups go.
 */
package io.pipewright.udp.multicast;
