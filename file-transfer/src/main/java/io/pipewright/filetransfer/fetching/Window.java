package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.block.Blocks;

/**
 * How much is asked of a connection at a time: what it brings in about a second. Less would have it wait for questions, more would
 * tie to it what others could bring when it gets slow.
 */
final class Window {

  private static final int LEAST_BLOCKS = 4;
  private static final int MOST_BLOCKS = 64;

  private Window() {}

  /**
   * How many blocks to ask for.
   *
   * @param bytesPerSecond what the connection brings; 0 if that is not known yet
   * @return {@value #LEAST_BLOCKS} to {@value #MOST_BLOCKS}
   */
  static int blocks(double bytesPerSecond) {
    double blocks = bytesPerSecond / Blocks.BYTES;
    return (int) Math.max(LEAST_BLOCKS, Math.min(MOST_BLOCKS, Math.round(blocks)));
  }
}
