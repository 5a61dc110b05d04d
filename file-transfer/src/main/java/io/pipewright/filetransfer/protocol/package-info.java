/**
 * The native dialect, version 1: requests and answers, their bytes, their bounds. {@link
 * io.pipewright.filetransfer.protocol.RequestCodec} is the server's door, {@link
 * io.pipewright.filetransfer.protocol.AnswerCodec} the client's; docs/file-protocol.md describes every byte.
 *
 * <pre>
 *   client                                           server
 *     │ ── HELLO ──────────────────────────────────────► │
 *     │ ── GET "a.iso" ────────────────────────────────► │    a client need not wait for WELCOME
 *     │ ◄──────────────────────────────────── WELCOME ── │
 *     │ ◄─────────────────────── FILE: size, version ─── │
 *     │ ◄─ raw bytes ─┤ DATA: offset, length, sum ────── │    once a block
 *     │ ◄──────────────────────────────────────── END ── │
 * </pre>
 *
 * <p>Nothing here knows what is asked for and why, or reads a file; what a message says of itself is judged here, whether it fits
 * what went before is judged by whoever handles it.
 */
package io.pipewright.filetransfer.protocol;
