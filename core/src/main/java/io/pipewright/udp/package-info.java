/**
 * UDP servers and clients that run a {@link io.pipewright.pipeline.Pipeline} whose handlers see whole datagrams: never one
 * that was cut in silence.
 */
package io.pipewright.udp;
