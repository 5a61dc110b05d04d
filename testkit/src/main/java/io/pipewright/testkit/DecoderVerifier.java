package io.pipewright.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Runs a decoder over the same bytes cut in every way that a network can cut them, and checks that
 * it yields the same messages each time and keeps no buffer.
 *
 * <p>The cuts: all in one read, byte by byte, in two at every place (of a long input, near its
 * ends), at random places (seeded, so that a failure repeats), and, for {@link #yields}, several
 * times over in one read. The reads come as direct, heap, sliced and composite buffers in turn.
 * Messages are kept until the end of a run, so that a decoder which overwrites what it handed out
 * is found out.
 */
public final class DecoderVerifier {

  private static final int RANDOM_RUNS = 50;
  private static final int COALESCED = 3;

  /** How near the beginning or the end a long input is cut in two at every place. */
  private static final int NEAR = 100;

  /** The allocator's own count finds each leak, and is quick; records of every access are not. */
  private static final boolean NO_LEAK_RECORDS = true;

  private final Supplier<? extends ChannelHandler> decoder;
  private final byte[] input;

  private DecoderVerifier(Supplier<? extends ChannelHandler> decoder, byte[] input) {
    this.decoder = decoder;
    this.input = input.clone();
  }

  /**
   * A verifier for a decoder and an input.
   *
   * @param decoder makes a fresh decoder for each run
   * @param input what the peer sends
   */
  public static DecoderVerifier of(Supplier<? extends ChannelHandler> decoder, byte[] input) {
    return new DecoderVerifier(decoder, input);
  }

  /** The same with the input's characters as Latin-1 bytes. */
  public static DecoderVerifier of(Supplier<? extends ChannelHandler> decoder, String input) {
    return of(decoder, input.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * Checks that exactly these messages come out, without an error, and that nothing is left over.
   *
   * @param messages a {@code String} stands for itself and for the Latin-1 bytes of a {@code
   *     ByteBuf}; a {@code byte[]} for a {@code ByteBuf}
   */
  public void yields(Object... messages) {
    List<String> expected = Arrays.stream(messages).map(DecoderVerifier::text).toList();
    for (List<byte[]> reads : cuts()) {
      Outcome outcome = run(reads);
      assertThat(outcome.failure).as(() -> describe(reads)).isNull();
      assertThat(outcome.messages).as(() -> describe(reads)).isEqualTo(expected);
    }
    byte[] again = new byte[input.length * COALESCED];
    List<String> expectedAgain = new ArrayList<>();
    for (int i = 0; i < COALESCED; i++) {
      System.arraycopy(input, 0, again, i * input.length, input.length);
      expectedAgain.addAll(expected);
    }
    Outcome outcome = run(List.of(again));
    assertThat(outcome.failure).as("coalesced").isNull();
    assertThat(outcome.messages).as("coalesced").isEqualTo(expectedAgain);
  }

  /**
   * Checks that the messages, put together, give this text: for decoders that hand on what a read
   * brings.
   */
  public void yieldsInAll(String text) {
    for (List<byte[]> reads : cuts()) {
      Outcome outcome = run(reads);
      assertThat(outcome.failure).as(() -> describe(reads)).isNull();
      assertThat(String.join("", outcome.messages)).as(() -> describe(reads)).isEqualTo(text);
    }
  }

  /** Checks that these messages come out and then this error, by the end of the input. */
  public void fails(Class<? extends Throwable> type, Object... messagesBefore) {
    List<String> expected =
        Arrays.stream(messagesBefore).map(DecoderVerifier::text).toList();
    for (List<byte[]> reads : cuts()) {
      Outcome outcome = run(reads);
      assertThat(outcome.failure).as(() -> describe(reads)).isInstanceOf(type);
      assertThat(outcome.messages).as(() -> describe(reads)).isEqualTo(expected);
    }
  }

  private List<List<byte[]>> cuts() {
    List<List<byte[]>> cuts = new ArrayList<>();
    cuts.add(List.of(input));
    cuts.add(cutAt(IntStream.range(1, Math.max(1, input.length)).toArray()));
    for (int i = 1; i < input.length; i++) {
      if (i < NEAR || i > input.length - NEAR) {
        cuts.add(cutAt(i));
      }
    }
    for (int seed = 0; seed < RANDOM_RUNS && input.length > 1; seed++) {
      Random random = new Random(seed);
      int reads = 1 + random.nextInt(Math.min(input.length - 1, 16));
      cuts.add(cutAt(random.ints(reads, 1, input.length).sorted().distinct().toArray()));
    }
    return cuts;
  }

  private List<byte[]> cutAt(int... places) {
    List<byte[]> reads = new ArrayList<>();
    int from = 0;
    for (int place : places) {
      reads.add(Arrays.copyOfRange(input, from, place));
      from = place;
    }
    reads.add(Arrays.copyOfRange(input, from, input.length));
    return reads;
  }

  private static String describe(List<byte[]> reads) {
    String sizes =
        reads.stream().map(read -> Integer.toString(read.length)).toList().toString();
    return "reads of " + (sizes.length() < 200 ? sizes : "one byte each") + " bytes";
  }

  private Outcome run(List<byte[]> reads) {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true, NO_LEAK_RECORDS);
    Collector collector = new Collector();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(alloc);
    channel.pipeline().addLast(decoder.get(), collector);
    List<ByteBuf> inputs = new ArrayList<>();
    int kind = reads.size();
    for (byte[] read : reads) {
      if (!channel.isOpen()) {
        break; // the decoder has closed: a socket would bring no more
      }
      ByteBuf in = buffer(kind++, read, alloc);
      inputs.add(in);
      channel.writeInbound(in);
    }
    channel.finishAndReleaseAll();
    Outcome outcome = collector.outcome();
    assertThat(inputs).as(() -> describe(reads)).allMatch(in -> in.refCnt() == 0);
    assertThat(alloc.metric().usedHeapMemory() + alloc.metric().usedDirectMemory())
        .as(() -> "bytes still allocated after " + describe(reads))
        .isZero();
    return outcome;
  }

  private static ByteBuf buffer(int kind, byte[] bytes, UnpooledByteBufAllocator alloc) {
    int half = bytes.length / 2;
    return switch (kind % 4) {
      case 0 -> alloc.directBuffer(bytes.length + 32).writeBytes(bytes);
      case 1 -> alloc.heapBuffer(bytes.length + 32).writeBytes(bytes);
      case 2 ->
        alloc
            .heapBuffer()
            .writeBytes(new byte[] {'\n', '|', 1})
            .writeBytes(bytes)
            .writeBytes(new byte[] {'\n', '|', 1})
            .slice(3, bytes.length);
      default ->
        alloc
            .compositeBuffer()
            .addComponent(true, Unpooled.copiedBuffer(bytes, 0, half))
            .addComponent(true, Unpooled.copiedBuffer(bytes, half, bytes.length - half));
    };
  }

  private static String text(Object message) {
    if (message instanceof ByteBuf buffer) {
      return text(ByteBufUtil.getBytes(buffer));
    }
    return message instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.ISO_8859_1)
        : message.toString();
  }

  private record Outcome(List<String> messages, Throwable failure) {}

  private static final class Collector extends ChannelInboundHandlerAdapter {

    private final List<Object> messages = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private boolean messageAfterFailure;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      messageAfterFailure |= !failures.isEmpty();
      messages.add(msg);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause);
    }

    /** Reads the messages only now, when all the input is gone, and releases them. */
    Outcome outcome() {
      List<String> texts = messages.stream().map(DecoderVerifier::text).toList();
      messages.forEach(ReferenceCountUtil::release);
      assertThat(failures).as("errors").hasSizeLessThan(2);
      assertThat(messageAfterFailure).as("a message after the error").isFalse();
      return new Outcome(texts, failures.isEmpty() ? null : failures.get(0));
    }
  }
}
