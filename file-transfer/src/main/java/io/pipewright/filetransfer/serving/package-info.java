/**
 * The server's side of the native dialect ({@code docs/file-protocol.md}), and the choice between the dialects.
 *
 * <pre>
 *            first byte
 *   DialectHandler ── not 0x00 ──► the plain dialect's NameHandler
 *        │
 *        └─ 0x00 ──► framing ► RequestCodec ► HelloHandler, then RequestQueue      (event loop)
 *                                                                │   ▲
 *                                                        request │   │ reply, in any order
 *                                                                ▼   │
 *                                                               Lookups ► Answers   (workers)
 * </pre>
 *
 * <p>Requests are looked up several at once and answered in order. What is small comes from a worker as one buffer; a larger
 * part of a file is sent by a {@code Transfer} when its turn has come.
 */
package io.pipewright.filetransfer.serving;
