package io.pipewright.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.pipewright.ConfigurationException;
import io.pipewright.InFlight;
import io.pipewright.ProtocolException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExchangesTest {

  private static final Exchanges<String, String> IN_ORDER =
      Exchanges.<String, String>inOrder().timeout(Duration.ofSeconds(10));

  /** The id is what stands before the colon; "push" has none. */
  private static final Exchanges<String, String> BY_ID = Exchanges.<String, String, String>byId(
          ExchangesTest::id, ExchangesTest::id)
      .timeout(Duration.ofSeconds(10));

  private static String id(String message) {
    if (message.startsWith("?")) {
      throw new ProtocolException("a message without an id");
    }
    return message.substring(0, message.indexOf(':'));
  }

  private static EmbeddedChannel channel(Exchanges<?, ?> exchanges) {
    EmbeddedChannel channel = new EmbeddedChannel(exchanges.newHandler());
    channel.freezeTime();
    return channel;
  }

  private static <Q, R> CompletableFuture<R> send(
      EmbeddedChannel channel, Exchanges<Q, R> exchanges, Q request) {
    CompletableFuture<R> answer = exchanges.of(channel).send(request);
    channel.runPendingTasks();
    return answer;
  }

  private static void pass(EmbeddedChannel channel, long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((answer, cause) -> cause).join();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  @Test
  void answersGoToTheirRequestsInOrder() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> one = send(channel, IN_ORDER, "1");
    CompletableFuture<String> two = send(channel, IN_ORDER, "2");
    assertThat(channel.<String>readOutbound()).isEqualTo("1");
    assertThat(channel.<String>readOutbound()).isEqualTo("2");

    channel.writeInbound("first");
    assertThat(one).isCompletedWithValue("first");
    assertThat(two).isNotDone();
    channel.writeInbound("second");
    assertThat(two).isCompletedWithValue("second");
    assertThat(IN_ORDER.of(channel).inFlight()).isZero();
  }

  @Test
  void answersGoToTheirRequestsByIdInAnyOrder() {
    EmbeddedChannel channel = channel(BY_ID);
    CompletableFuture<String> a = send(channel, BY_ID, "a:?");
    CompletableFuture<String> b = send(channel, BY_ID, "b:?");

    channel.writeInbound("b:yes", "a:no");
    assertThat(a).isCompletedWithValue("a:no");
    assertThat(b).isCompletedWithValue("b:yes");
  }

  @Test
  void inOrderARequestThatTimedOutKeepsItsPlaceSoThatItsLateAnswerIsNobodyElses() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> slow = send(channel, IN_ORDER, "slow");
    pass(channel, 10);
    assertThat(failure(slow))
        .isInstanceOf(AnswerTimedOutException.class)
        .hasMessage("no answer from embedded within 10s");
    CompletableFuture<String> next = send(channel, IN_ORDER, "next");

    channel.writeInbound("answer to slow");
    assertThat(next).isNotDone();
    channel.writeInbound("answer to next");
    assertThat(next).isCompletedWithValue("answer to next");
    assertThat(IN_ORDER.of(channel).lateAnswers()).isEqualTo(1);
    assertThat(IN_ORDER.of(channel).inFlight()).isZero();
  }

  @Test
  void inOrderARequestThatWasCancelledKeepsItsPlaceToo() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> unwanted = send(channel, IN_ORDER, "unwanted");
    CompletableFuture<String> next = send(channel, IN_ORDER, "next");
    unwanted.cancel(false);
    channel.runPendingTasks();

    assertThat(IN_ORDER.of(channel).inFlight()).isEqualTo(2);
    channel.writeInbound("answer to unwanted", "answer to next");
    assertThat(next).isCompletedWithValue("answer to next");
    assertThat(IN_ORDER.of(channel).lateAnswers()).isEqualTo(1);
  }

  @Test
  void aCancelledRequestThatCouldNotBeWrittenHoldsNoPlaceInTheLine() {
    List<ChannelPromise> writes = new ArrayList<>();
    EmbeddedChannel channel = new EmbeddedChannel(
        new ChannelOutboundHandlerAdapter() {
          @Override
          public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            writes.add(promise);
          }
        },
        IN_ORDER.newHandler());
    CompletableFuture<String> unwanted = send(channel, IN_ORDER, "unwanted");
    CompletableFuture<String> next = send(channel, IN_ORDER, "next");
    unwanted.cancel(false);
    channel.runPendingTasks();
    writes.get(0).setFailure(new ProtocolException("too long"));
    writes.get(1).setSuccess();

    channel.writeInbound("answer to next");
    assertThat(next).isCompletedWithValue("answer to next");
    assertThat(IN_ORDER.of(channel).inFlight()).isZero();
    channel.finishAndReleaseAll();
  }

  @Test
  void theIdOfARequestThatWasGivenUpStaysTakenUntilItsLateAnswerIsDropped() {
    EmbeddedChannel channel = channel(BY_ID);
    CompletableFuture<String> slow = send(channel, BY_ID, "a:1");
    pass(channel, 10);
    assertThat(failure(slow)).isInstanceOf(AnswerTimedOutException.class);

    assertThat(failure(send(channel, BY_ID, "a:2"))).isInstanceOf(DuplicateIdException.class);
    channel.writeInbound("a:late");
    CompletableFuture<String> again = send(channel, BY_ID, "a:3");
    channel.writeInbound("a:in time");
    assertThat(again).isCompletedWithValue("a:in time");
    assertThat(BY_ID.of(channel).lateAnswers()).isEqualTo(1);
  }

  @Test
  void noMoreGivenUpIdsAreRememberedThanMayBeInFlight() {
    Exchanges<String, String> two = BY_ID.maxInFlight(2);
    EmbeddedChannel channel = channel(two);
    for (String id : List.of("a", "b", "c")) {
      CompletableFuture<String> given = send(channel, two, id + ":");
      given.cancel(false);
      channel.runPendingTasks();
    }
    assertThat(two.of(channel).inFlight()).isZero();

    channel.writeInbound("a:", "b:", "c:");
    assertThat(two.of(channel).unknownAnswers()).as("a was forgotten").isEqualTo(1);
    assertThat(two.of(channel).lateAnswers()).as("b and c were not").isEqualTo(2);
  }

  @Test
  void anIdInFlightCannotBeUsedAgainAndTheFirstRequestIsNotHurt() {
    EmbeddedChannel channel = channel(BY_ID);
    CompletableFuture<String> first = send(channel, BY_ID, "a:1");
    Throwable failure = failure(send(channel, BY_ID, "a:2"));

    assertThat(failure)
        .isInstanceOf(DuplicateIdException.class)
        .hasMessage("a request with the id a is in flight already");
    assertThat(((DuplicateIdException) failure).id()).isEqualTo("a");
    channel.writeInbound("a:answer");
    assertThat(first).isCompletedWithValue("a:answer");
    assertThat(channel.outboundMessages()).containsExactly("a:1");
  }

  @Test
  void oneTooManyFailsAtOnceAndIsNotSent() {
    Exchanges<ByteBuf, ByteBuf> one = Exchanges.<ByteBuf, ByteBuf>inOrder().maxInFlight(1);
    EmbeddedChannel channel = channel(one);
    one.of(channel).send(bytes("1"));
    ByteBuf second = bytes("2");
    CompletableFuture<ByteBuf> refused = one.of(channel).send(second);

    assertThat(failure(refused))
        .isInstanceOf(TooManyInFlightException.class)
        .hasMessage("1 requests to embedded are in flight, and no more are allowed");
    assertThat(second.refCnt()).isZero();
    channel.runPendingTasks();
    assertThat(channel.outboundMessages()).hasSize(1);
    channel.writeInbound(bytes("answer"));
    assertThat(send(channel, one, bytes("3"))).isNotDone();
    channel.finishAndReleaseAll();
  }

  @Test
  void answersThatNobodyAskedForAreReleasedAndCounted() {
    Exchanges<ByteBuf, ByteBuf> exchanges = Exchanges.inOrder();
    EmbeddedChannel channel = channel(exchanges);
    ByteBuf unasked = bytes("unasked");
    channel.writeInbound(unasked);

    assertThat(unasked.refCnt()).isZero();
    assertThat(exchanges.of(channel).unknownAnswers()).isEqualTo(1);
  }

  @Test
  void anAnswerIsItsReceiversToReleaseAndALateOneIsReleased() {
    Exchanges<ByteBuf, ByteBuf> exchanges = Exchanges.inOrder();
    EmbeddedChannel channel = channel(exchanges);
    CompletableFuture<ByteBuf> wanted = send(channel, exchanges, bytes("1"));
    CompletableFuture<ByteBuf> completedElsewhere = send(channel, exchanges, bytes("2"));
    completedElsewhere.complete(Unpooled.EMPTY_BUFFER);
    ByteBuf first = bytes("first");
    ByteBuf second = bytes("second");
    channel.writeInbound(first, second);

    assertThat(wanted.join().refCnt()).isEqualTo(1);
    assertThat(second.refCnt()).isZero();
    first.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void aSecondAnswerToOneIdIsDroppedAndCounted() {
    EmbeddedChannel channel = channel(BY_ID);
    CompletableFuture<String> answer = send(channel, BY_ID, "a:");
    channel.writeInbound("a:1", "a:2");

    assertThat(answer).isCompletedWithValue("a:1");
    assertThat(BY_ID.of(channel).unknownAnswers()).isEqualTo(1);
  }

  @Test
  void whatIsUnsolicitedGoesOnToTheNextHandler() {
    Exchanges<String, String> exchanges =
        BY_ID.unsolicited(message -> message instanceof String text && text.startsWith("push"));
    EmbeddedChannel channel = channel(exchanges);
    CompletableFuture<String> answer = send(channel, exchanges, "a:");
    channel.writeInbound("push 1", "a:answer", "push 2");

    assertThat(answer).isCompletedWithValue("a:answer");
    assertThat(channel.inboundMessages()).containsExactly("push 1", "push 2");
    assertThat(exchanges.of(channel).unknownAnswers()).isZero();
  }

  @Test
  void theEndOfTheConnectionFailsWhatWaitsAndNamesTheCause() {
    EmbeddedChannel channel =
        new EmbeddedChannel(IN_ORDER.newHandler(), new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
          }
        });
    CompletableFuture<String> answer = send(channel, IN_ORDER, "1");
    channel.pipeline().fireExceptionCaught(new ProtocolException("a frame of 9 bytes"));
    channel.runPendingTasks();

    assertThat(failure(answer))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessage("the connection to embedded ended before the answer came: a frame of 9 bytes")
        .hasCauseInstanceOf(ProtocolException.class)
        .matches(cause -> ((ConnectionLostException) cause).sent());
  }

  @Test
  void anErrorThatThePeerSurvivedIsNotTheCauseOfALaterEnd() {
    EmbeddedChannel channel =
        new EmbeddedChannel(IN_ORDER.newHandler(), new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // goes on
          }
        });
    send(channel, IN_ORDER, "1");
    CompletableFuture<String> second = send(channel, IN_ORDER, "2");
    channel.pipeline().fireExceptionCaught(new ProtocolException("survived"));
    channel.writeInbound("answer");
    channel.close();
    channel.runPendingTasks();

    assertThat(failure(second)).hasNoCause();
  }

  @Test
  void aPeerThatHasFinishedSendingAnswersNoMore() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> before = send(channel, IN_ORDER, "1");
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

    assertThat(failure(before)).isInstanceOf(ConnectionLostException.class);
    assertThat(InFlight.count(channel)).isZero();
    assertThat(failure(send(channel, IN_ORDER, "2")))
        .isInstanceOf(ConnectionLostException.class)
        .matches(cause -> !((ConnectionLostException) cause).sent());
  }

  @Test
  void sendingAfterTheCloseFailsAndReleasesTheRequest() {
    Exchanges<ByteBuf, ByteBuf> exchanges =
        Exchanges.<ByteBuf, ByteBuf>inOrder().maxInFlight(1);
    EmbeddedChannel channel = channel(exchanges);
    exchanges.of(channel).send(bytes("given up with the connection"));
    channel.finishAndReleaseAll();
    for (int i = 0; i < 3; i++) {
      ByteBuf request = bytes("late");
      assertThat(failure(send(channel, exchanges, request)))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessage("the connection to embedded has ended; the request was not sent");
      assertThat(request.refCnt()).isZero();
    }
    assertThat(exchanges.of(channel).inFlight()).isZero();
  }

  @Test
  void whatIsSentBeforeTheChannelIsActiveWaitsForIt() throws Exception {
    EmbeddedChannel channel = new EmbeddedChannel(false, false) {
      @Override
      public boolean isActive() {
        return active && super.isActive();
      }
    };
    channel.pipeline().addLast(IN_ORDER.newHandler());
    channel.register();
    active = false;
    CompletableFuture<String> first = send(channel, IN_ORDER, "1");
    CompletableFuture<String> unwanted = send(channel, IN_ORDER, "unwanted");
    send(channel, IN_ORDER, "2");
    unwanted.cancel(false);
    channel.runPendingTasks();
    assertThat(channel.outboundMessages()).isEmpty();

    active = true;
    channel.pipeline().fireChannelActive();
    channel.runPendingTasks();
    assertThat(channel.outboundMessages()).containsExactly("1", "2");
    assertThat(IN_ORDER.of(channel).inFlight()).isEqualTo(2);
    channel.writeInbound("answer");
    assertThat(first).isCompletedWithValue("answer");
  }

  private static volatile boolean active;

  @Test
  void aRequestThatAnEncoderRefusesFailsAloneAndTakesNobodysAnswer() {
    EmbeddedChannel channel = new EmbeddedChannel(
        new ChannelOutboundHandlerAdapter() {
          @Override
          public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            if (msg.equals("bad")) {
              promise.setFailure(new ProtocolException("cannot be encoded"));
            } else {
              ctx.write(msg, promise);
            }
          }
        },
        IN_ORDER.newHandler());
    CompletableFuture<String> bad = send(channel, IN_ORDER, "bad");
    CompletableFuture<String> good = send(channel, IN_ORDER, "good");

    assertThat(failure(bad))
        .isInstanceOf(RequestNotSentException.class)
        .hasMessage("the request to embedded could not be sent: cannot be encoded");
    channel.writeInbound("answer to good");
    assertThat(good).isCompletedWithValue("answer to good");
  }

  @Test
  void aRequestWithoutAnIdIsNotSent() {
    EmbeddedChannel channel = channel(BY_ID);
    assertThat(failure(send(channel, BY_ID, "?")))
        .isInstanceOf(RequestNotSentException.class)
        .hasMessageContaining("a message without an id");
    assertThat(channel.outboundMessages()).isEmpty();
    assertThat(BY_ID.of(channel).inFlight()).isZero();
  }

  @Test
  void anAnswerWhoseIdCannotBeReadGoesThroughThePipelineAsAnError() {
    EmbeddedChannel channel = channel(BY_ID);
    assertThatThrownBy(() -> channel.writeInbound("?"))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("a message without an id");
  }

  @Test
  void eachRequestHasItsFullTimeAndOneTimerServesThemAll() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> early = send(channel, IN_ORDER, "early");
    pass(channel, 6);
    CompletableFuture<String> later = send(channel, IN_ORDER, "later");
    pass(channel, 3);
    assertThat(early).isNotDone();
    pass(channel, 1);
    assertThat(early).isCompletedExceptionally();
    pass(channel, 5);
    assertThat(later).isNotDone();
    pass(channel, 1);
    assertThat(later).isCompletedExceptionally();
  }

  @Test
  void everyRequestInFlightIsWorkThatADrainWaitsFor() {
    EmbeddedChannel channel = channel(IN_ORDER);
    send(channel, IN_ORDER, "answered");
    send(channel, IN_ORDER, "cancelled").cancel(false);
    send(channel, IN_ORDER, "timed out");
    channel.runPendingTasks();
    assertThat(InFlight.count(channel)).isEqualTo(2);
    channel.writeInbound("answer");
    assertThat(InFlight.count(channel)).isEqualTo(1);
    pass(channel, 10);
    assertThat(InFlight.count(channel)).isZero();
    assertThat(IN_ORDER.of(channel).inFlight()).as("places in the line").isEqualTo(2);
  }

  @Test
  void aTimeoutOfTheFuturesOwnGivesTheRequestUp() {
    EmbeddedChannel channel = channel(BY_ID);
    CompletableFuture<String> answer = send(channel, BY_ID, "a:");
    answer.completeExceptionally(new ClosedChannelException());
    channel.runPendingTasks();

    assertThat(BY_ID.of(channel).inFlight()).isZero();
    channel.writeInbound("a:late");
    assertThat(BY_ID.of(channel).lateAnswers()).isEqualTo(1);
  }

  @Test
  void anAnswerMayBeTheReasonToSendTheNextRequest() {
    EmbeddedChannel channel = channel(IN_ORDER.maxInFlight(1));
    ExchangeHandler<?, ?> any = ExchangeHandler.of(channel);
    @SuppressWarnings("unchecked")
    ExchangeHandler<String, String> handler = (ExchangeHandler<String, String>) any;
    CompletableFuture<String> both =
        handler.send("1").thenCompose(answer -> handler.send(answer + "+2"));
    channel.runPendingTasks();
    channel.writeInbound("one");
    assertThat(channel.outboundMessages()).containsExactly("1", "one+2");
    channel.writeInbound("two");
    assertThat(both).isCompletedWithValue("two");
  }

  @Test
  void removingTheHandlerFailsWhatWaits() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> answer = send(channel, IN_ORDER, "1");
    channel.pipeline().remove(IN_ORDER.of(channel));
    assertThat(failure(answer)).isInstanceOf(ConnectionLostException.class);
  }

  @Test
  void otherSettingsDoNotFindTheHandler() {
    EmbeddedChannel channel = channel(IN_ORDER);
    assertThatThrownBy(() -> BY_ID.of(channel))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no handler of these exchanges (requests answered by id within");
    assertThatThrownBy(() -> IN_ORDER.newHandler().send("1"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> IN_ORDER.timeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("timeout: must be 1 ms to 24 days, not PT0S");
    assertThatThrownBy(() -> IN_ORDER.maxInFlight(0))
        .hasMessage("maxInFlight: must be 1 or more, not 0");
  }

  @Test
  void aFailureThatIsWaitedForIsTheCauseOfTheCompletionException() {
    EmbeddedChannel channel = channel(IN_ORDER);
    CompletableFuture<String> answer = send(channel, IN_ORDER, "1");
    channel.close();
    channel.runPendingTasks();
    assertThatThrownBy(answer::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ExchangeException.class);
  }
}
