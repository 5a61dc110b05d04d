package io.pipewright.filetransfer.sending;

import io.netty.util.ReferenceCounted;

/**
 * What is written to a channel at once.
 *
 * @param message a buffer or a file region; whoever holds the piece owns it
 * @param bytes its length
 */
record Piece(ReferenceCounted message, int bytes) {}
