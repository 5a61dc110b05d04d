/**
 * The plain dialect: a client sends a file's name, the server sends the file's bytes and closes.
 *
 * <pre>
 *   client                                  server
 *     │ ──── name, UTF-8, at most 1024 bytes ──► │
 *     │       (then nothing, LF, CRLF or FIN)    │
 *     │ ◄──────────── the file's bytes ───────── │   nothing at all if it is refused
 *     │ ◄───────────────── FIN ───────────────── │   RST if it could not be sent whole
 * </pre>
 *
 * <p>There is no length and no error on the wire: the end of the connection is the end of the file,
 * and an empty file looks like a refusal. Therefore a server resets the connection when it has to
 * end in the middle, so that no client takes half a file for a whole one.
 */
package io.pipewright.filetransfer.plain;
