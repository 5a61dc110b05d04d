package io.pipewright.filetransfer;

import io.pipewright.DrainReport;
import io.pipewright.RunningServer;
import io.pipewright.ServerState;
import io.pipewright.ServerStats;
import io.pipewright.filetransfer.sending.FileWorkers;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A TCP server together with what it serves: when it has stopped, its workers end and the store that it opened is closed. To close either
 * twice does nothing.
 */
final class RunningFileServer implements RunningServer {

  private final RunningServer server;
  private final Runnable closeStore;
  private final FileWorkers workers;

  /**
   * Takes over all three.
   *
   * @param closeStore may block
   */
  RunningFileServer(RunningServer server, Runnable closeStore, FileWorkers workers) {
    this.server = server;
    this.closeStore = closeStore;
    this.workers = workers;
  }

  private void release() {
    workers.execute(closeStore); // behind the look-ups that may be under way
    workers.close();
  }

  @Override
  public DrainReport drain(Duration grace) {
    DrainReport report = server.drain(grace);
    release();
    return report;
  }

  @Override
  public CompletableFuture<DrainReport> drainAsync(Duration grace) {
    return server.drainAsync(grace).whenComplete((report, failure) -> release());
  }

  @Override
  public void close() {
    server.close();
    release();
  }

  @Override
  public SocketAddress localAddress() {
    return server.localAddress();
  }

  @Override
  public List<SocketAddress> localAddresses() {
    return server.localAddresses();
  }

  @Override
  public ServerStats stats() {
    return server.stats();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public ServerState state() {
    return server.state();
  }

  @Override
  public int connections() {
    return server.connections();
  }

  @Override
  public String transport() {
    return server.transport();
  }

  @Override
  public List<String> transportReasons() {
    return server.transportReasons();
  }

  @Override
  public int eventLoops() {
    return server.eventLoops();
  }

  @Override
  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  @Override
  public boolean awaitTermination(Duration limit) throws InterruptedException {
    return server.awaitTermination(limit);
  }
}
