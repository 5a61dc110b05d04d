package io.pipewright.filetransfer.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.ProtocolException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What must hold of a decoder whatever its peer sends: the same messages come out however the reads are cut; nothing is thrown but
 * what says that the peer broke the protocol; no buffer is kept, and no more memory is taken than what came allows.
 */
final class CodecFuzz {

  /** What a run takes whatever it reads: channel, pipeline, errors with their stacks. */
  private static final long FIXED_BYTES = 512 << 10;

  /** A field of four bytes may become a few objects, and a name is judged by several passes over it. */
  private static final int MOST_BYTES_A_BYTE = 256;

  private static final boolean NO_LEAK_RECORDS = true;

  private final Supplier<ChannelHandler> decoder;
  private final int maxFrameBytes;
  private final byte[] input;

  /**
   * @param decoder makes what is fed
   * @param maxFrameBytes what it may hold at most
   * @param input a byte that chooses the cuts, then what the peer sends
   */
  CodecFuzz(Supplier<ChannelHandler> decoder, int maxFrameBytes, byte[] input) {
    this.decoder = decoder;
    this.maxFrameBytes = maxFrameBytes;
    this.input = input;
  }

  /** Feeds the input whole and cut, and returns the messages that came out. */
  List<Object> run() {
    if (input.length == 0) {
      return List.of();
    }
    byte[] sent = Arrays.copyOfRange(input, 1, input.length);
    Outcome whole = feed(sent, sent.length);
    Outcome cut = feed(sent, 1 + (input[0] & 0x3f));
    assertThat(cut.texts()).isEqualTo(whole.texts());
    long most = FIXED_BYTES + (long) MOST_BYTES_A_BYTE * sent.length;
    if (whole.allocatedBytes > most) { // once more: classes have their beginnings but once
      assertThat(feed(sent, sent.length).allocatedBytes)
          .as("bytes set aside for %d that came", sent.length)
          .isLessThanOrEqualTo(most);
    }
    return whole.messages;
  }

  private Outcome feed(byte[] sent, int pieceBytes) {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false, NO_LEAK_RECORDS);
    Outcome outcome = new Outcome();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(alloc);
    channel.pipeline().addLast(decoder.get(), outcome);
    long before = allocatedBytes();
    for (int from = 0; from < sent.length && channel.isOpen(); from += pieceBytes) {
      ByteBuf piece = alloc
          .heapBuffer(pieceBytes)
          .writeBytes(sent, from, Math.min(pieceBytes, sent.length - from));
      channel.writeInbound(piece);
      assertThat(piece.refCnt()).isZero();
      assertThat(alloc.metric().usedHeapMemory())
          .as("bytes held between reads")
          .isLessThanOrEqualTo(Integer.BYTES + maxFrameBytes);
    }
    channel.finishAndReleaseAll();
    assertThat(alloc.metric().usedHeapMemory()).as("bytes never released").isZero();
    outcome.allocatedBytes = allocatedBytes() - before;
    assertThat(outcome.afterError).as("a message after an error").isFalse();
    return outcome;
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  /** Gathers messages and errors, and joins pieces of raw bytes, whose cuts are no message's. */
  private static final class Outcome extends ChannelInboundHandlerAdapter {

    private final List<Object> messages = new ArrayList<>();
    private final StringBuilder raw = new StringBuilder();
    private final List<String> errors = new ArrayList<>();
    private boolean afterError;
    private long allocatedBytes;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      afterError |= !errors.isEmpty();
      if (message instanceof ByteBuf piece) {
        raw.append(piece.toString(ISO_8859_1));
        piece.release();
      } else {
        raw.append("|");
        messages.add(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      assertThat(cause).isInstanceOf(ProtocolException.class);
      errors.add(cause.toString());
      assertThat(errors).hasSize(1);
    }

    List<Object> texts() {
      return List.of(messages.toString(), raw.toString(), errors);
    }
  }
}
