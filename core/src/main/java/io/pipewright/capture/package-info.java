/**
 * Records what passes a place in a pipeline to a pcap file that Wireshark reads, bounded in size and in time: {@link
 * io.pipewright.capture.Capture}, behind TLS and so in the clear.
 *
 * <p>Netty has a handler for such files, {@code PcapWriteHandler}, which is not used here because in 4.2.18 it writes on the event loop without
 * a bound, knows neither IPv6 beside IPv4 nor Unix domain sockets, takes a buffer's bytes from its index 0 instead of its
 * reader index, and cannot leave a connection that goes on.
 */
package io.pipewright.capture;
