/**
 * Where a message begins and ends in a stream of bytes. {@link io.pipewright.framing.Framing} is
 * the door: a value that says how frames are told apart, how long one may be, and that makes the
 * decoder and the encoder of a connection.
 *
 * <pre>
 *   reads      │ he │ llo\nwor │ ld\n │        whatever the network delivers
 *   frames     │ hello │ world │                whatever the peer meant
 * </pre>
 *
 * <p>Every decoder has a maximum and refuses what exceeds it before it is buffered; every encoder
 * refuses what a decoder of the same framing would read as something else. The pieces work in any
 * Netty pipeline; nothing here knows of the rest of Pipewright.
 */
package io.pipewright.framing;
