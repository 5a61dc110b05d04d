/**
 * The grid of blocks that a file is cut into, and their sums: {@link io.pipewright.filetransfer.block.Blocks} and {@link
 * io.pipewright.filetransfer.block.BlockSums}. Arithmetic alone; nothing here reads a file or knows a network.
 */
package io.pipewright.filetransfer.block;
