package io.pipewright.capture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import java.nio.ByteBuffer;

/** Makes packets of what happens on one channel; used on its event loop alone. */
interface Recorder {

  /** Records nothing. */
  Recorder NONE = new Recorder() {};

  /** How a stream came to its end. */
  enum Ending {
    /** By this end's FIN. */
    CLOSED_HERE,
    /** By the peer's FIN, unless that came before. */
    CLOSED_THERE,
    RESET_HERE,
    RESET_THERE
  }

  /**
   * The recorder of a channel.
   *
   * @return {@link #NONE} if its peer is not chosen
   */
  static Recorder of(Capture capture, Channel channel) {
    if (channel instanceof DatagramChannel) {
      return new DatagramRecorder(capture, channel);
    }
    return capture.chooses(channel.remoteAddress()) ? new StreamRecorder(capture, channel) : NONE;
  }

  /** The connection has just begun. */
  default void opened() {}

  /** The peer sent this. */
  default void read(Object message) {}

  /** This is sent to the peer. */
  default void written(Object message) {}

  /** The peer sends no more. */
  default void inputEnded() {}

  /** This end sends no more. */
  default void outputEnded() {}

  /** Nothing follows. */
  default void ended(Ending how) {}

  /** A copy of a buffer's first readable bytes: who is next in the pipeline may change or release them. */
  static ByteBuffer copy(ByteBuf bytes, int offset, int length) {
    byte[] copy = new byte[length];
    bytes.getBytes(bytes.readerIndex() + offset, copy);
    return ByteBuffer.wrap(copy);
  }
}
