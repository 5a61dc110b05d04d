package io.pipewright.filetransfer.fetching;

import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.util.concurrent.CompletableFuture;

/**
 * One server's part in one download: what it says of the file, how many connections it has, and how it failed. Confined
 * to the event loop on which the download decides.
 *
 * <pre>
 *   UNKNOWN ──facts──► READY ◄──── after a wait ────┐
 *      │                 │ └──── a failure ─────────┘
 *      └──► LEFT ◄───────┘ changed, refused, too many failures in a row
 * </pre>
 */
final class Mirror {

  private enum State {
    UNKNOWN,
    READY,
    LEFT
  }

  private final Server server;
  private final FileName name;
  private final Retries retries;
  private State state = State.UNKNOWN;
  private FileFacts facts;
  private int connections;
  private int badInARow;
  private double lastBytesPerSecond = Double.POSITIVE_INFINITY;
  private int mostConnections = Integer.MAX_VALUE;

  Mirror(Server server, FileName name, Workplace workplace) {
    this.server = server;
    this.name = name;
    this.retries = new Retries(workplace, server);
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

  /** Asks what the file is. */
  CompletableFuture<FileFacts> introduce(Workplace workplace) {
    return Asking.of(workplace, server, connection -> connection.stat(name))
        .whenComplete((said, cause) -> facts = said);
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
  }

  /** It brought a block whose bytes do not have the sum it said. Returns how many such it has brought in a row. */
  int broughtBadBlock() {
    return ++badInARow;
  }

  /** It brought a block that is right. */
  void broughtBlock() {
    badInARow = 0;
  }

  /** So fast was a connection when it ended. */
  void brought(double bytesPerSecond) {
    lastBytesPerSecond = bytesPerSecond;
  }

  /** Whether a connection to it might bring more than so much; what is not known might. */
  boolean mayBeFasterThan(double bytesPerSecond) {
    return lastBytesPerSecond > bytesPerSecond;
  }

  /** Whether a further connection may be opened now. */
  boolean mayOpen() {
    return isReady() && connections < mostConnections && retries.isDue();
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

  /** How it has failed lately. */
  Retries retries() {
    return retries;
  }
}
