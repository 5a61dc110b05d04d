package io.pipewright.socket;

import io.netty.channel.ChannelOption;
import io.pipewright.ConfigurationException;
import io.pipewright.transport.EventLoopsBuilder;
import io.pipewright.transport.Workload;
import java.util.function.BiConsumer;

/**
 * What every builder of something with a socket has in common, over TCP and over UDP: the kernel's buffers, and what a host
 * and a port may be.
 *
 * @param <B> the builder itself
 */
public abstract class SocketBuilder<B extends SocketBuilder<B>> extends EventLoopsBuilder<B> {

  private static final int LARGEST_PORT = 65_535;

  private int receiveBufferBytes;
  private int sendBufferBytes;

  /**
   * For builders of this project.
   *
   * @param workload what AUTO chooses a transport for, unless told otherwise
   */
  protected SocketBuilder(Workload workload) {
    super(workload);
  }

  /**
   * {@code SO_RCVBUF} in bytes. Default 0: the kernel's own, which it tunes as it goes.
   *
   * @param bytes 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public B receiveBufferBytes(int bytes) {
    this.receiveBufferBytes = atLeastZero("receiveBufferBytes", bytes);
    return self();
  }

  /**
   * {@code SO_SNDBUF} in bytes. Default 0: the kernel's own, which it tunes as it goes.
   *
   * @param bytes 0 or more
   * @return this
   * @throws ConfigurationException if negative
   */
  public B sendBufferBytes(int bytes) {
    this.sendBufferBytes = atLeastZero("sendBufferBytes", bytes);
    return self();
  }

  private static int atLeastZero(String field, int bytes) {
    if (bytes < 0) {
      throw new ConfigurationException(
          field, bytes, "must be 0 (the kernel's) or more, not " + bytes);
    }
    return bytes;
  }

  /** What was asked for, 0 for the kernel's own. */
  protected final int receiveBufferBytes() {
    return receiveBufferBytes;
  }

  /** What was asked for, 0 for the kernel's own. */
  protected final int sendBufferBytes() {
    return sendBufferBytes;
  }

  /** Hands out the buffer sizes that were set, and none that were not. */
  protected final void bufferOptions(BiConsumer<ChannelOption<Integer>, Integer> options) {
    if (receiveBufferBytes > 0) {
      options.accept(ChannelOption.SO_RCVBUF, receiveBufferBytes);
    }
    if (sendBufferBytes > 0) {
      options.accept(ChannelOption.SO_SNDBUF, sendBufferBytes);
    }
  }

  /**
   * The host, if it can be one.
   *
   * @throws ConfigurationException if it is empty
   */
  protected static String checkedHost(String host) {
    if (host == null || host.isBlank()) {
      throw new ConfigurationException("host", host, "must be a name or an address");
    }
    return host;
  }

  /**
   * The port, if it can be one.
   *
   * @param least 0 where 0 means any free port, else 1
   * @throws ConfigurationException if it is out of range
   */
  protected static int checkedPort(int port, int least) {
    if (port < least || port > LARGEST_PORT) {
      throw new ConfigurationException(
          "port", port, "must be " + least + " to " + LARGEST_PORT + ", not " + port);
    }
    return port;
  }
}
