/**
 * How an open file's bytes get into a connection: in bounded pieces, made ready by worker threads,
 * written by the event loop. {@link io.pipewright.filetransfer.sending.Transfer} is the door; it
 * knows no dialect.
 */
package io.pipewright.filetransfer.sending;
