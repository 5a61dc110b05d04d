package io.pipewright.framing;

/** A decoder or an encoder that counts the frames of its channel. */
public interface FrameCounter {

  /**
   * How many frames have passed. Exact on the channel's event loop; another thread may see a number that is a moment old.
   */
  long frames();
}
