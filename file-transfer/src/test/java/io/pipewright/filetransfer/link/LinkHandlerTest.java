package io.pipewright.filetransfer.link;

import static io.pipewright.filetransfer.link.Frames.END;
import static io.pipewright.filetransfer.link.Frames.OTHER_VERSION;
import static io.pipewright.filetransfer.link.Frames.VERSION;
import static io.pipewright.filetransfer.link.Frames.data;
import static io.pipewright.filetransfer.link.Frames.entries;
import static io.pipewright.filetransfer.link.Frames.error;
import static io.pipewright.filetransfer.link.Frames.file;
import static io.pipewright.filetransfer.link.Frames.header;
import static io.pipewright.filetransfer.link.Frames.packed;
import static io.pipewright.filetransfer.link.Frames.sums;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.InFlight;
import io.pipewright.ProtocolException;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Answer.Entries;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.Answer.SumList;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkHandlerTest {

  private static final int MIB = 1 << 20;
  private static final Endpoint SERVER = Endpoint.of("files.example", 8080);
  private static final FileName NAME = (FileName) FileName.parse("a/b");
  private static final FileVersion ASKED = FileVersion.of(VERSION);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Collector collector = new Collector();
  private LinkHandler handler;

  @BeforeEach
  void connect() {
    channel.freezeTime();
    NativeConnection.pipeline(false).install(channel.pipeline());
    handler = LinkHandler.of(channel);
    handler.begin(SERVER, TIMEOUT);
    handler.welcomed();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void arrives(byte[]... parts) {
    channel.writeInbound(Unpooled.wrappedBuffer(parts));
  }

  private CompletableFuture<FileFacts> stat() {
    OneAnswer<FileFacts> stat =
        new OneAnswer<>(SERVER, new Request.Stat(NAME), FileFacts.class, facts -> Optional.empty());
    handler.ask(stat);
    return stat.future();
  }

  private CompletableFuture<GetEnd> get(long offset, OptionalLong length) {
    return get(new Request.Get(NAME, Optional.of(ASKED), offset, length), collector);
  }

  private CompletableFuture<GetEnd> get(Request.Get get, GetReceiver receiver) {
    GetExchange exchange = new GetExchange(SERVER, get, receiver);
    handler.ask(exchange);
    return exchange.future();
  }

  private static Throwable causeOf(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future
        .handle((value, cause) -> cause instanceof CompletionException && cause.getCause() != null
            ? cause.getCause()
            : cause)
        .join();
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  @Test
  void requestsAreAnsweredInTheOrderInWhichTheyWereAsked() {
    CompletableFuture<FileFacts> first = stat();
    CompletableFuture<FileFacts> second = stat();
    channel.runPendingTasks();
    assertThat(channel.outboundMessages()).hasSize(2);

    arrives(file(1), file(2));

    assertThat(first.join().size()).isEqualTo(1);
    assertThat(second.join().size()).isEqualTo(2);
    assertThat(handler.unanswered()).isZero();
  }

  @Test
  void aRangeComesAsBlocksCutByTheGrid() {
    byte[] content = random(2 * MIB + 10);
    CompletableFuture<GetEnd> got = get(5, OptionalLong.empty());

    arrives(
        file(content.length),
        data(5, Arrays.copyOfRange(content, 5, MIB)),
        data(MIB, Arrays.copyOfRange(content, MIB, 2 * MIB)),
        data(2 * MIB, Arrays.copyOfRange(content, 2 * MIB, content.length)),
        END);

    assertThat(got.join()).isEqualTo(new GetEnd(content.length, Optional.empty()));
    assertThat(collector.steps)
        .containsExactly(
            "facts 2097162",
            "block 5+1048571",
            "ended",
            "block 1048576+1048576",
            "ended",
            "block 2097152+10",
            "ended");
    assertThat(collector.bytes()).isEqualTo(Arrays.copyOfRange(content, 5, content.length));
    assertThat(handler.receivedBytes()).isEqualTo(content.length - 5);
  }

  @Test
  void aPieceIsTheBufferThatTheSocketFilled() {
    ByteBuf[] handedOver = new ByteBuf[1];
    get(new Request.Get(NAME, Optional.empty(), 0, OptionalLong.empty()), new GetReceiver() {
      @Override
      public void facts(FileFacts facts) {}

      @Override
      public void block(Answer.Data header) {}

      @Override
      public void bytes(ByteBuf piece) {
        handedOver[0] = piece;
        piece.release();
      }

      @Override
      public void blockEnded() {}
    });
    arrives(file(MIB), header(0, MIB, 1));
    ByteBuf read = Unpooled.buffer(MIB / 2).writeZero(MIB / 2);

    channel.writeInbound(read);

    assertThat(handedOver[0]).isSameAs(read);
  }

  @Test
  void anEmptyRangeHasNoBlock() {
    CompletableFuture<GetEnd> got = get(7, OptionalLong.of(0));
    arrives(file(7), END);

    assertThat(got.join().isComplete()).isTrue();
    assertThat(collector.steps).containsExactly("facts 7");
  }

  @Test
  void anErrorBetweenBlocksEndsARangeAndNotTheConnection() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.empty());
    CompletableFuture<FileFacts> next = stat();
    arrives(file(3L * MIB), data(0, random(MIB)), error(7, "bye", 1_500, MIB), file(9));

    GetEnd end = got.join();
    assertThat(end.position()).isEqualTo(MIB);
    RemoteFailure failure = end.failure().orElseThrow();
    assertThat(failure.code()).isEqualTo(ErrorCode.DRAINING);
    assertThat(failure.retryAfter()).contains(Duration.ofMillis(1_500));
    assertThat(failure.offset()).hasValue(MIB);
    assertThat(next.join().size()).isEqualTo(9);
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void anErrorInsteadOfAnAnswerIsTypedAndItsTextIsEscapedForPeople() {
    CompletableFuture<FileFacts> stat = stat();
    arrives(error(4, "no\u001b[31m such\nfile"));

    assertThat(causeOf(stat))
        .isInstanceOf(RemoteFailure.class)
        .hasMessageStartingWith("files.example:8080 answers NOT_GIVEN: ")
        .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("\u001b", "\n"));
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void anotherVersionThanWasAskedForIsRefused() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.empty());
    arrives(file(3, OTHER_VERSION));

    assertThat(causeOf(got))
        .isInstanceOf(BadAnswerException.class)
        .hasMessageContaining("another version");
    assertThat(channel.isOpen()).isFalse();
    assertThat(collector.steps).isEmpty();
  }

  @Test
  void aRangeThatTheFileDoesNotHaveIsRefused() {
    CompletableFuture<GetEnd> got = get(5, OptionalLong.of(6));
    arrives(file(10));

    assertThat(causeOf(got)).isInstanceOf(BadAnswerException.class).hasMessageContaining("5");
    assertThat(channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 11, 1 << 20})
  void aBlockFromElsewhereIsRefused(long offset) {
    CompletableFuture<GetEnd> got = get(10, OptionalLong.of(20));
    arrives(file(100), header(offset, 20, 0));

    assertThat(causeOf(got)).isInstanceOf(BadAnswerException.class).hasMessageContaining("due");
    assertThat(collector.steps).containsExactly("facts 100");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 19, 21, 1 << 19})
  void aBlockOfAnotherLengthIsRefused(int length) {
    CompletableFuture<GetEnd> got = get(10, OptionalLong.of(20));
    arrives(file(1 << 21), header(10, length, 0));

    assertThat(causeOf(got)).isInstanceOf(BadAnswerException.class).hasMessageContaining("due");
  }

  @Test
  void anEndBeforeTheEndIsRefused() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.empty());
    arrives(file(2L * MIB), data(0, random(MIB)), END);

    assertThat(causeOf(got)).isInstanceOf(BadAnswerException.class).hasMessageContaining("ends at");
  }

  @Test
  void moreBytesThanAskedForAreRefused() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.of(10));
    arrives(file(20), data(0, random(10)), data(10, random(10)));

    assertThat(causeOf(got)).isInstanceOf(BadAnswerException.class);
    assertThat(collector.bytes()).hasSize(10);
  }

  private CompletableFuture<Answer.Pack> pack(int files) {
    PackExchange exchange = new PackExchange(
        SERVER,
        new Request.Pack(Collections.nCopies(files, new Request.Wanted(NAME, Optional.of(ASKED)))),
        new PackReceiver() {
          @Override
          public void header(Answer.Pack pack) {
            collector.steps.add("pack " + pack.files().size());
          }

          @Override
          public void bytes(ByteBuf piece) {
            collector.bytes(piece);
          }
        });
    handler.ask(exchange);
    return exchange.future();
  }

  @Test
  void aPackIsCompleteWithItsLastByteAndTheNextAnswerFollows() {
    byte[] content = random(1_000);
    CompletableFuture<Answer.Pack> first = pack(3);
    CompletableFuture<Answer.Pack> empty = pack(1);
    CompletableFuture<FileFacts> facts = stat();

    arrives(Frames.pack(packed(content, VERSION), new byte[0]), Arrays.copyOf(content, 999));
    assertThat(first).isNotDone();
    arrives(Arrays.copyOfRange(content, 999, 1_000), Frames.pack(new byte[0]), file(9));

    assertThat(first.join().files()).hasSize(2);
    assertThat(collector.bytes()).isEqualTo(content);
    assertThat(empty.join().bytes()).isZero();
    assertThat(collector.steps).containsExactly("pack 2", "pack 1");
    assertThat(facts.join().size()).isEqualTo(9);
  }

  @Test
  void anErrorInsteadOfAPackEndsOnlyThat() {
    CompletableFuture<Answer.Pack> refused = pack(1);
    CompletableFuture<FileFacts> facts = stat();

    arrives(error(2, "what is that?"), file(9));

    assertThat(causeOf(refused)).isInstanceOf(RemoteFailure.class);
    assertThat(facts.join().size()).isEqualTo(9);
  }

  @Test
  void aPackOfMoreFilesThanWereAskedForIsRefused() {
    CompletableFuture<Answer.Pack> more = pack(1);
    arrives(Frames.pack(new byte[0], new byte[0]));
    assertThat(causeOf(more)).hasMessageContaining("packs 2 files where 1 were asked for");
  }

  @Test
  void aPackWithAnotherVersionThanWasAskedForIsRefused() {
    CompletableFuture<Answer.Pack> other = pack(1);
    arrives(Frames.pack(packed(random(5), OTHER_VERSION)));
    assertThat(causeOf(other)).hasMessageContaining("another version than was asked for");
  }

  @Test
  void aPackThatBreaksOffFails() {
    CompletableFuture<Answer.Pack> pack = pack(1);
    arrives(Frames.pack(packed(random(500), VERSION)), random(499));
    channel.close();
    assertThat(causeOf(pack)).isInstanceOf(LinkBrokenException.class);
  }

  @Test
  void anAnswerThatNobodyAskedForClosesTheConnection() {
    arrives(file(1));

    assertThat(channel.isOpen()).isFalse();
    assertThat(causeOf(stat())).isInstanceOf(BadAnswerException.class);
  }

  @Test
  void bytesThatNobodyAskedForAreReleased() {
    CompletableFuture<FileFacts> stat = stat();
    arrives(data(0, random(100)));

    assertThat(causeOf(stat)).isInstanceOf(BadAnswerException.class).hasMessageContaining("DATA");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anAnswerOfAnotherKindFailsEverythingThatWaits() {
    CompletableFuture<FileFacts> first = stat();
    CompletableFuture<FileFacts> second = stat();
    arrives(END);

    assertThat(causeOf(first)).isSameAs(causeOf(second)).isInstanceOf(BadAnswerException.class);
  }

  @Test
  void aMalformedAnswerFailsEverythingThatWaits() {
    CompletableFuture<FileFacts> stat = stat();
    arrives(Frames.frame(0x99));

    assertThat(causeOf(stat)).isInstanceOf(ProtocolException.class);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aReceiverThatFailsClosesTheConnectionAndIsToldNoMore() {
    CompletableFuture<GetEnd> got =
        get(new Request.Get(NAME, Optional.empty(), 0, OptionalLong.empty()), new GetReceiver() {
          @Override
          public void facts(FileFacts facts) {
            throw new IllegalStateException("no room for it");
          }

          @Override
          public void block(Answer.Data header) {
            collector.block(header);
          }

          @Override
          public void bytes(ByteBuf piece) {
            collector.bytes(piece);
          }

          @Override
          public void blockEnded() {}
        });
    arrives(file(10), data(0, random(10)), END);

    assertThat(causeOf(got)).hasMessage("no room for it");
    assertThat(channel.isOpen()).isFalse();
    assertThat(collector.steps).isEmpty();
  }

  @Test
  void whoClosesWhileItIsToldIsToldNoMore() {
    CompletableFuture<FileFacts> first = stat();
    first.thenRun(() -> handler.end(new LinkBrokenException(SERVER, "enough", null)));
    CompletableFuture<FileFacts> second = stat();
    arrives(file(1), file(2));

    assertThat(first.join().size()).isEqualTo(1);
    assertThat(causeOf(second)).hasMessageContaining("enough");
  }

  @Test
  void anEndInTheMiddleOfABlockBreaksTheConnection() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.empty());
    arrives(file(MIB), header(0, MIB, 0), random(1_000));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

    assertThat(causeOf(got))
        .isInstanceOf(LinkBrokenException.class)
        .hasMessageContaining("files.example:8080")
        .hasMessageContaining("middle");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aServerThatOwesNothingMayBeSilent() {
    CompletableFuture<FileFacts> stat = stat();
    arrives(file(1));
    assertThat(stat).isCompleted();

    channel.advanceTimeBy(1, TimeUnit.HOURS);
    channel.runScheduledPendingTasks();

    assertThat(channel.isOpen()).isTrue();
    assertThat(handler.idle()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void aServerThatOwesSomethingMayNotBeSilent() {
    CompletableFuture<FileFacts> first = stat();
    channel.advanceTimeBy(29, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    arrives(file(1));
    assertThat(first).isCompleted();
    CompletableFuture<FileFacts> second = stat();
    channel.advanceTimeBy(29, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(second).isNotDone();

    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(causeOf(second))
        .isInstanceOf(ServerSilentException.class)
        .hasMessage("files.example:8080 sent nothing for 30000 ms");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void bytesOfABlockAreNoSilence() {
    CompletableFuture<GetEnd> got = get(0, OptionalLong.empty());
    arrives(file(100), header(0, 100, 0));
    for (int i = 0; i < 99; i++) {
      channel.advanceTimeBy(29, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
      arrives(new byte[1]);
    }
    arrives(new byte[1], END);

    assertThat(got.join().isComplete()).isTrue();
  }

  @Test
  void itIsNotTheServerWhoIsSilentWhileReadingIsPaused() {
    CompletableFuture<FileFacts> stat = stat();
    handler.pause();
    channel.advanceTimeBy(300, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(stat).isNotDone();

    handler.resume();
    channel.advanceTimeBy(29, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(stat).isNotDone();

    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(causeOf(stat)).isInstanceOf(ServerSilentException.class);
  }

  @Test
  void itIsNotTheServerWhoIsSilentWhileOurOwnLimitOfTheRateHoldsReadsBack() {
    CompletableFuture<FileFacts> stat = stat();
    InFlight.begin(channel);
    channel.advanceTimeBy(300, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(stat).isNotDone();
  }

  @Test
  void sumsOfOtherBlocksThanAskedForAreRefused() {
    Request.Sums request = new Request.Sums(NAME, ASKED, 5, 2);
    for (byte[] wrong : List.of(sums(4, 1, 2), sums(5, 1, 2, 3))) {
      assertThat(AnswerChecks.sums(answer(SumList.class, wrong), request)).isPresent();
    }
    for (byte[] right : List.of(sums(5, 1, 2), sums(5, 1))) {
      assertThat(AnswerChecks.sums(answer(SumList.class, right), request)).isEmpty();
    }
  }

  @Test
  void pagesThatDoNotGoOnAreRefused() {
    Entries page = answer(Entries.class, entries("b", "c"));
    OptionalInt any = OptionalInt.empty();

    assertThat(AnswerChecks.entries(page, Optional.of("a"), any)).isEmpty();
    assertThat(AnswerChecks.entries(page, Optional.of("b"), any)).isPresent();
    assertThat(AnswerChecks.entries(page, Optional.empty(), OptionalInt.of(1))).isPresent();
    assertThat(
            AnswerChecks.entries(answer(Entries.class, entries("c", "b")), Optional.empty(), any))
        .isPresent();
    assertThat(AnswerChecks.entries(
            answer(Entries.class, entries("\uFFFD", "\uD83D\uDE00")), Optional.empty(), any))
        .as("the order of UTF-8, which is not that of UTF-16")
        .isEmpty();
  }

  /** Asks for anything, to see the answer as the codec reads it. */
  private <A extends Answer> A answer(Class<A> kind, byte[] bytes) {
    OneAnswer<A> exchange =
        new OneAnswer<>(SERVER, new Request.Stat(NAME), kind, any -> Optional.empty());
    handler.ask(exchange);
    arrives(bytes);
    return exchange.future().join();
  }

  @Test
  void aRequestThatCannotBeWrittenFails() {
    OneAnswer<FileFacts> stat = new OneAnswer<>(
        SERVER,
        new Request.Stat(FileName.parse("../up")),
        FileFacts.class,
        facts -> Optional.empty());
    handler.ask(stat);

    assertThatThrownBy(stat.future()::join).hasCauseInstanceOf(LinkBrokenException.class);
  }
}
