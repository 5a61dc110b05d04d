package io.pipewright.launch;

import io.pipewright.DrainReport;
import io.pipewright.DrainReport.Ending;
import io.pipewright.DrainReport.Fate;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.ServerStats;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server without sockets, whose busy connections finish after a given time, are forced when the
 * grace is over first, or, when it hangs, never end.
 */
final class FakeServer implements RunningServer {

  private final InetSocketAddress address;
  private final int busy;
  private final int idle;
  private final Duration finishAfter;
  private final boolean hangs;
  private final CompletableFuture<DrainReport> end = new CompletableFuture<>();
  private volatile boolean draining;

  FakeServer(String host, int port, int busy, int idle, Duration finishAfter, boolean hangs) {
    this.address = new InetSocketAddress(host, port);
    this.busy = busy;
    this.idle = idle;
    this.finishAfter = finishAfter;
    this.hangs = hangs;
  }

  @Override
  public SocketAddress localAddress() {
    return address;
  }

  @Override
  public List<SocketAddress> localAddresses() {
    return List.of(address);
  }

  @Override
  public ServerStats stats() {
    return new ServerStats(connections(), 0, Map.of(), 0, 0, 0, 0, Map.of());
  }

  @Override
  public int port() {
    return address.getPort();
  }

  @Override
  public ServerState state() {
    return end.isDone() ? ServerState.STOPPED : ServerState.READY;
  }

  @Override
  public int connections() {
    return draining ? busy : busy + idle;
  }

  @Override
  public String transport() {
    return "nio";
  }

  @Override
  public List<String> transportReasons() {
    return List.of("asked for by name", "it is all there is");
  }

  @Override
  public int eventLoops() {
    return busy + 1;
  }

  @Override
  public DrainReport drain(Duration grace) {
    return drainAsync(grace).join();
  }

  @Override
  public CompletableFuture<DrainReport> drainAsync(Duration grace) {
    draining = true;
    if (!hangs) {
      boolean finishes = finishAfter.compareTo(grace) <= 0;
      Duration wait = finishes ? finishAfter : grace;
      DrainReport report = report(finishes ? Fate.FINISHED : Fate.FORCED, wait);
      CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> end.complete(report));
    }
    return end.copy();
  }

  private DrainReport report(Fate ofTheBusy, Duration took) {
    List<Ending> endings = new ArrayList<>();
    for (int i = 0; i < busy + idle; i++) {
      endings.add(new Ending(address, i < busy ? ofTheBusy : Fate.IDLE));
    }
    return new DrainReport(endings, took);
  }

  @Override
  public void awaitTermination() throws InterruptedException {
    end.join();
  }

  @Override
  public boolean awaitTermination(Duration limit) throws InterruptedException {
    try {
      end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    drain(Duration.ZERO);
  }
}
