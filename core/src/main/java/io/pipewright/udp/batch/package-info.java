/**
 * Several datagrams in one system call: what makes Netty receive and send so, buffers that are used again and again for it, and
 * the self-check that tells what this kernel and this Netty do right.
 *
 * <p>Knows transports and nothing of servers: {@code io.pipewright.udp} puts it to use.
 */
package io.pipewright.udp.batch;
