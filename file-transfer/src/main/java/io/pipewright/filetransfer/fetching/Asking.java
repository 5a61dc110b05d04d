package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.link.NativeConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * One question to one server, asked again over another connection when the first breaks. The connection is given back with the
 * answer.
 *
 * @param <T> the answer
 */
final class Asking<T> {

  private final Workplace workplace;
  private final Server server;
  private final Function<NativeConnection, CompletableFuture<T>> question;
  private final BooleanSupplier wanted;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private int failures;

  private Asking(
      Workplace workplace,
      Server server,
      Function<NativeConnection, CompletableFuture<T>> question,
      BooleanSupplier wanted) {
    this.workplace = workplace;
    this.server = server;
    this.question = question;
    this.wanted = wanted;
  }

  /**
   * Asks.
   *
   * @return the answer, on the event loop on which downloads decide; or failed with the last cause, bare
   */
  static <T> CompletableFuture<T> of(
      Workplace workplace,
      Server server,
      Function<NativeConnection, CompletableFuture<T>> question) {
    return of(workplace, server, question, () -> true);
  }

  /**
   * As the other, but not asked again when the answer is of no more use.
   *
   * @param wanted whether it still is; called on the event loop on which downloads decide
   */
  static <T> CompletableFuture<T> of(
      Workplace workplace,
      Server server,
      Function<NativeConnection, CompletableFuture<T>> question,
      BooleanSupplier wanted) {
    Asking<T> asking = new Asking<>(workplace, server, question, wanted);
    asking.askOnce();
    return asking.answer;
  }

  private void askOnce() {
    server
        .take()
        .thenCompose(this::askOver)
        .whenComplete((said, cause) -> workplace.decide(() -> {
          if (cause == null) {
            answer.complete(said);
          } else {
            failed(Causes.of(cause));
          }
        }));
  }

  private CompletableFuture<T> askOver(Link link) {
    return question.apply(link.connection()).whenComplete((said, cause) -> server.giveBack(link));
  }

  private void failed(Throwable cause) {
    failures++;
    boolean tooMany = failures > workplace.settings().retries();
    if (tooMany || !wanted.getAsBoolean() || !Causes.isWorthAnotherTry(cause, server)) {
      answer.completeExceptionally(cause);
      return;
    }
    long delay = Causes.delay(workplace.settings(), failures, cause).toNanos();
    workplace.loop().schedule(this::askOnce, delay, TimeUnit.NANOSECONDS);
  }
}
