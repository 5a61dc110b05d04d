/**
 * Every remote address of a UDP socket as a channel of its own, with the pipeline that a TCP service uses.
 *
 * <pre>
 *   socket ──► protections ──► sessions ──► session of 198.51.100.7:40000 ──► its pipeline
 *                                   │  ╰──► session of 203.0.113.9:51000  ──► its pipeline
 *                                   ╰─────► no room, too fast: dropped and counted
 *          ◄── one flush for all that was answered in a batch ◄── a datagram for each buffer that is written
 * </pre>
 *
 * <p>Each socket has sessions of its own, on its event loop.
 */
package io.pipewright.udp.session;
