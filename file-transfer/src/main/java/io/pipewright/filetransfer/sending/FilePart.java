package io.pipewright.filetransfer.sending;

/**
 * Bytes of a file that follow each other.
 *
 * @param begin position of the first
 * @param end position behind the last, not before {@code begin}
 */
public record FilePart(long begin, long end) {}
