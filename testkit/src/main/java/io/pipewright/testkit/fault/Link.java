package io.pipewright.testkit.fault;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

/** The two sockets of one proxied connection, and the flows between them. Lives on the loop alone. */
final class Link {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /** How long after a cut the peers' last words are thrown away, rather than answered by a reset. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Loop loop;
  private final ByteBuffer buffer;
  private final SocketChannel client;
  private final SocketChannel server;
  private final ProxiedConnection report;
  private final Consumer<Link> whenClosed;
  private final Flow toServer;
  private final Flow toClient;
  private SelectionKey clientKey;
  private SelectionKey serverKey;
  private boolean connected;
  private boolean cut;
  private boolean closed;

  /**
   * Takes over both sockets.
   *
   * @param buffer for reading, shared by all connections of the loop
   * @param server not connected yet
   */
  Link(
      Loop loop,
      ByteBuffer buffer,
      SocketChannel client,
      SocketChannel server,
      ProxiedConnection report,
      Faults faults,
      long seed,
      Consumer<Link> whenClosed) {
    this.whenClosed = whenClosed;
    this.loop = loop;
    this.buffer = buffer;
    this.client = client;
    this.server = server;
    this.report = report;
    this.toServer = flow(Direction.TO_SERVER, client, server, faults, seed);
    this.toClient = flow(Direction.TO_CLIENT, server, client, faults, seed);
  }

  private Flow flow(
      Direction direction, SocketChannel from, SocketChannel to, Faults faults, long seed) {
    StreamFaults stream = faults.of(direction);
    Traffic traffic = report.traffic(direction);
    Random random = Seeds.random(seed, report.number(), direction == Direction.TO_SERVER ? 1 : 2);
    Delivery delivery = new Delivery(this, to, loop, traffic, stream, random);
    return new Flow(this, from, delivery, traffic, stream);
  }

  void open(SocketAddress address) {
    try {
      noDelay(client);
      noDelay(server);
      clientKey = loop.register(client, 0, key -> turn(() -> move(key, toServer, toClient)));
      serverKey = loop.register(
          server, SelectionKey.OP_CONNECT, key -> turn(() -> move(key, toClient, toServer)));
      if (server.connect(address)) { // over a Unix socket, at once
        begin();
      }
    } catch (IOException e) {
      reset();
      return;
    }
    loop.at(System.nanoTime() + CONNECT_LIMIT.toNanos(), () -> {
      if (!connected) {
        reset();
      }
    });
  }

  /** Pieces are to leave when they are written. */
  private static void noDelay(SocketChannel channel) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  private void begin() {
    connected = true;
    report.reachedServer();
    turn(() -> {
      toServer.start();
      toClient.start();
    });
  }

  private void move(SelectionKey key, Flow reading, Flow writing) {
    if (key.isConnectable()) {
      finishConnect();
      return;
    }
    if (key.isReadable()) {
      reading.receive(buffer);
    }
    if (!closed && key.isWritable()) {
      writing.delivery().deliver();
    }
  }

  private void finishConnect() {
    try {
      server.finishConnect();
    } catch (IOException e) {
      reset(); // the nearest to a refusal that a client can be shown which is accepted already
      return;
    }
    begin();
  }

  /** Does something, and then waits for what the flows want next. */
  void turn(Runnable step) {
    if (closed) {
      return;
    }
    step.run();
    if (!closed && connected) {
      clientKey.interestOps(interest(toServer, toClient));
      serverKey.interestOps(interest(toClient, toServer));
    }
  }

  private static int interest(Flow reading, Flow writing) {
    return (reading.wantsRead() ? SelectionKey.OP_READ : 0)
        | (writing.delivery().wantsWrite() ? SelectionKey.OP_WRITE : 0);
  }

  void faults(Faults faults) {
    turn(() -> {
      toServer.faults(faults.of(Direction.TO_SERVER));
      if (!closed) {
        toClient.faults(faults.of(Direction.TO_CLIENT));
      }
    });
  }

  /** A peer no longer takes what the other sends: passes on the reset behind what it sent before. */
  void targetGone(Delivery delivery) {
    boolean serverGone = delivery == toServer.delivery();
    (serverGone ? toServer : toClient).forget();
    (serverGone ? toClient : toServer).endInReset();
  }

  void closeIfDone() {
    if (toServer.isDone() && toClient.isDone()) {
      close();
    }
  }

  /** Ends both directions; the peers' own ends, or a time limit, close the sockets. */
  void cut() {
    if (cut || closed) {
      return;
    }
    if (!connected) {
      close();
      return;
    }
    cut = true;
    toServer.discardFromNowOn();
    toClient.discardFromNowOn();
    report.ended();
    loop.at(System.nanoTime() + LINGER.toNanos(), this::close);
  }

  void reset() {
    if (closed) {
      return;
    }
    resetOnClose(client);
    resetOnClose(server);
    close();
  }

  /** With a linger of zero, closing sends RST; Unix sockets have no such thing. */
  static void resetOnClose(SocketChannel channel) {
    try {
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // the peer was faster: its reset has ended this socket
    }
  }

  void close() {
    if (closed) {
      return;
    }
    closed = true;
    toServer.forget();
    toClient.forget();
    closeQuietly(client);
    closeQuietly(server);
    report.closed();
    whenClosed.accept(this);
  }

  static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      // what is closed is to be gone; there is nobody to tell
    }
  }
}
