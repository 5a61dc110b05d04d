package io.pipewright.filetransfer.fetching;

import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One server's part in one download: what it says of the file, how often it failed in a row, and when to try it again. Confined
 * to the event loop on which the download decides.
 *
 * <pre>
 *   UNKNOWN ──facts──► READY ◄──── after a wait ────┐
 *      │                 │ └──── a failure ─────────┘
 *      └──► LEFT ◄───────┘ changed, refused, too many failures in a row
 * </pre>
 */
final class Mirror {

  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(1);

  private enum State {
    UNKNOWN,
    READY,
    LEFT
  }

  private final Server server;
  private final FileName name;
  private final FetchSettings settings;
  private State state = State.UNKNOWN;
  private FileFacts facts;
  private Link first;
  private int connections;
  private int mostConnections = Integer.MAX_VALUE;
  private int failures;
  private long failedNanos;
  private long notBeforeNanos;

  Mirror(Server server, FileName name, Workplace workplace) {
    this.server = server;
    this.name = name;
    this.settings = workplace.settings();
    this.notBeforeNanos = workplace.nanoTime().getAsLong();
    this.failedNanos = notBeforeNanos - 1;
  }

  Server server() {
    return server;
  }

  Endpoint endpoint() {
    return server.endpoint();
  }

  FileName name() {
    return name;
  }

  /** Connects and asks what the file is; the connection is kept for {@link #open}. */
  CompletableFuture<FileFacts> introduce(Workplace workplace) {
    CompletableFuture<FileFacts> introduced = new CompletableFuture<>();
    server
        .take()
        .thenCompose(link -> link.connection().stat(name).whenComplete((said, cause) -> {
          if (cause == null) {
            workplace.decide(() -> first = link);
          } else {
            link.connection().close();
          }
        }))
        .whenComplete((said, cause) -> workplace.decide(() -> {
          if (cause == null) {
            facts = said;
            introduced.complete(said);
          } else {
            introduced.completeExceptionally(Causes.of(cause));
          }
        }));
    return introduced;
  }

  /** The connection of the introduction, or another one. */
  CompletableFuture<Link> open() {
    Link link = first;
    first = null;
    return link != null && link.connection().isOpen()
        ? CompletableFuture.completedFuture(link)
        : server.take();
  }

  /** Whether it has said what the file is. */
  boolean hasAnswered() {
    return facts != null;
  }

  /** What it said. */
  FileFacts facts() {
    return facts;
  }

  FileVersion version() {
    return facts.version();
  }

  /** Its bytes are wanted. */
  void join() {
    state = State.READY;
  }

  boolean isReady() {
    return state == State.READY;
  }

  boolean hasLeft() {
    return state == State.LEFT;
  }

  /** It is asked no more. */
  void leave() {
    state = State.LEFT;
    if (first != null) {
      server.giveBack(first);
      first = null;
    }
  }

  /** Whether a further connection may be opened now. */
  boolean mayOpen(long nowNanos) {
    return isReady() && connections < mostConnections && nowNanos - notBeforeNanos >= 0;
  }

  /** How many of its connections are open, or about to be. */
  int connections() {
    return connections;
  }

  void opening() {
    connections++;
  }

  void closed() {
    connections--;
  }

  /** It gives no more connections than it has given. */
  void full() {
    mostConnections = Math.max(1, connections);
  }

  /** A block came. */
  void progress() {
    failures = 0;
  }

  /**
   * A connection failed. Those that fail together count once.
   *
   * @param openedNanos when it was opened
   * @param cause why
   * @param nowNanos the time
   * @return how long to wait before the next try; nothing if there have been too many
   */
  Optional<Duration> failed(long openedNanos, Throwable cause, long nowNanos) {
    if (openedNanos - failedNanos > 0) {
      failures++;
    }
    failedNanos = nowNanos;
    if (failures > settings.retries()) {
      return Optional.empty();
    }
    Duration delay = settings.backoff().delay(failures);
    if (cause instanceof RemoteFailure failure && failure.retryAfter().isPresent()) {
      Duration asked = failure.retryAfter().get();
      Duration bounded = asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
      delay = delay.compareTo(bounded) < 0 ? bounded : delay;
    }
    notBeforeNanos = nowNanos + delay.toNanos();
    return Optional.of(delay);
  }

  /** How many tries in a row have brought nothing. */
  int failures() {
    return failures;
  }
}
