package io.pipewright.kernel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Which of the listeners that share a port by {@code SO_REUSEPORT} gets the new connections. Linux spreads them by a hash,
 * unless a program of the classic packet filter, attached to any of the listeners, names one by its number; they are numbered
 * in the order in which they were bound, and when one goes the last takes its number.
 *
 * <p>A listener that is to close is passed over first: what waits in its queue when it closes would be reset by the kernel.
 */
public final class ReusePort {

  private static final int SOL_SOCKET = 1;
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
  private static final int SO_DETACH_REUSEPORT_BPF = 68;

  /** {@code BPF_RET | BPF_K}: the program ends and its result is the constant. */
  private static final short RETURN_CONSTANT = 0x06;

  /** {@code struct sock_fprog}: how many instructions, padding, and where they are. */
  private static final int PROGRAM_BYTES = 16;

  /** {@code struct sock_filter}: one instruction. */
  private static final int INSTRUCTION_BYTES = 8;

  private static final RawUnixChannelOption ATTACH = new RawUnixChannelOption(
      "SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, PROGRAM_BYTES);

  private static final RawUnixChannelOption DETACH = new RawUnixChannelOption(
      "SO_DETACH_REUSEPORT_BPF", SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, Integer.BYTES);

  private ReusePort() {}

  /**
   * From now on every new connection to the port goes to one listener. If there is none of that number, the kernel goes on
   * spreading them.
   *
   * @param listener one of the listeners of the port
   * @param number the number of the one that is to get them
   * @return whether the kernel took it; false on systems and transports that cannot
   */
  public static boolean sendTo(Channel listener, int number) {
    if (!canSteer(listener)) {
      return false;
    }
    ByteBuf instruction = Unpooled.directBuffer(INSTRUCTION_BYTES);
    try {
      if (!instruction.hasMemoryAddress()) {
        return false;
      }
      ByteBuffer code =
          instruction.internalNioBuffer(0, INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
      int at = code.position();
      code.putShort(at, RETURN_CONSTANT).putShort(at + 2, (short) 0).putInt(at + 4, number);
      ByteBuffer program = ByteBuffer.allocate(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
      program.putShort(0, (short) 1).putLong(8, instruction.memoryAddress());
      return listener.config().setOption(ATTACH, program);
    } catch (ChannelException e) {
      return false; // no such option in this kernel, or the listener is closed
    } finally {
      instruction.release();
    }
  }

  /**
   * New connections are spread over all listeners of the port again.
   *
   * @param listener one of the listeners of the port
   */
  public static void spread(Channel listener) {
    if (canSteer(listener)) {
      try {
        listener.config().setOption(DETACH, ByteBuffer.allocate(Integer.BYTES));
      } catch (ChannelException e) {
        return; // nothing was attached, which is the usual case
      }
    }
  }

  private static boolean canSteer(Channel listener) {
    return "linux".equals(PlatformDependent.normalizedOs())
        && listener instanceof UnixChannel
        && listener instanceof ServerSocketChannel;
  }
}
