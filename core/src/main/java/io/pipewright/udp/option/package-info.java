/** Options of a datagram socket beyond its buffers: what the IP headers of its datagrams say. */
package io.pipewright.udp.option;
