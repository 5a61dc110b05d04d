package io.pipewright.testkit.fault;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One connection through a {@link TcpFaultProxy}: what has become of it so far, and a way to change
 * what becomes of it. What a peer has seen is in the
 * numbers already. Safe for use by any thread.
 */
public final class ProxiedConnection {

  private final int number;
  private final SocketAddress client;
  private final Loop loop;
  private final Traffic toServer = new Traffic(Direction.TO_SERVER);
  private final Traffic toClient = new Traffic(Direction.TO_CLIENT);
  private volatile Link link; // null before it opens and after it is closed
  private volatile boolean open = true;
  private volatile boolean reachedServer;

  ProxiedConnection(int number, SocketAddress client, Loop loop) {
    this.number = number;
    this.client = client;
    this.loop = loop;
  }

  /** 1 for the first that the proxy accepted. */
  public int number() {
    return number;
  }

  /** Whence the client has connected to the proxy. */
  public SocketAddress client() {
    return client;
  }

  /** Whether the proxy could connect to the server: if not, the client was reset. */
  public boolean hasReachedServer() {
    loop.settle();
    return reachedServer;
  }

  /** Whether it has neither ended nor been cut or reset. */
  public boolean isOpen() {
    loop.settle();
    return open;
  }

  /** How many bytes the proxy has read in one direction. */
  public long receivedBytes(Direction direction) {
    return settled(direction).received();
  }

  /** How many bytes the proxy has written in one direction. */
  public long deliveredBytes(Direction direction) {
    return settled(direction).delivered();
  }

  /** How many bytes the proxy has read in one direction and will never write. */
  public long discardedBytes(Direction direction) {
    return settled(direction).discarded();
  }

  /** What was done to the bytes to the server, then what was done to those to the client. */
  public List<AppliedFault> applied() {
    loop.settle();
    return appliedSoFar();
  }

  private List<AppliedFault> appliedSoFar() {
    List<AppliedFault> applied = new ArrayList<>(toServer.applied());
    applied.addAll(toClient.applied());
    return applied;
  }

  /**
   * Goes on with other faults, in force when this returns. Offsets still count from the
   * connection's beginning: an end whose offset has gone by happens at once, a bit that has gone by
   * is left alone. A stalled direction goes on unless the new faults stall it too.
   */
  public void faults(Faults faults) {
    withLink(link -> link.faults(faults));
  }

  /** Ends both directions before this returns; as {@link StreamFaultsBuilder#cutAfter}. */
  public void cut() {
    withLink(link -> link.turn(link::cut));
  }

  /** Resets both sides before this returns. */
  public void reset() {
    withLink(Link::reset);
  }

  private void withLink(Consumer<Link> action) {
    loop.execute(() -> {
      Link live = link;
      if (live != null) {
        action.accept(live);
      }
    });
    loop.settle();
  }

  private Traffic settled(Direction direction) {
    loop.settle();
    return traffic(direction);
  }

  Traffic traffic(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  void opens(Link opening) {
    link = opening;
  }

  void reachedServer() {
    reachedServer = true;
  }

  void ended() {
    open = false;
  }

  void closed() {
    open = false;
    link = null;
  }

  /** What has become of it, in words: for the description of a failed test. */
  @Override
  public String toString() {
    return "connection %d from %s, %s: %d bytes to the server, %d bytes to the client, %s"
        .formatted(
            number,
            client,
            open ? "open" : reachedServer ? "ended" : "never reached the server",
            toServer.delivered(),
            toClient.delivered(),
            appliedSoFar());
  }
}
