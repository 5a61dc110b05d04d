/**
 * The UDP echo service and its client, to be embedded ({@link io.pipewright.udpecho.UdpEchoServer},
 * {@link io.pipewright.udpecho.UdpEchoClient}) or run as a program ({@link
 * io.pipewright.udpecho.UdpEcho}).
 */
package io.pipewright.udpecho;
