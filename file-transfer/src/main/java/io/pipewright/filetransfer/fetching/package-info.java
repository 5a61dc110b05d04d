/**
 * How a file is fetched: which block is asked of whom, and what becomes of blocks that come wrong, late or twice. It decides;
 * connections, the wire and the disk are others' work.
 */
package io.pipewright.filetransfer.fetching;
