package io.pipewright.filetransfer.link;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Answer.Entries;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.Answer.SumList;
import io.pipewright.filetransfer.protocol.AnswerCodec;
import io.pipewright.filetransfer.protocol.Limits;
import io.pipewright.filetransfer.protocol.NativeFraming;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.PipelineBuilder;
import io.pipewright.pipeline.Slot;
import io.pipewright.tcp.TcpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A client's connection to a server of the native dialect, greeted and ready. Requests may be asked from any thread and without
 * waiting for the answers before; they are sent in the order of the calls of a thread, and answered in the order sent.
 *
 * <p>Futures are completed on the connection's event loop, so what depends on them must not block. They fail with
 *
 * <ul>
 *   <li>{@link RemoteFailure}: the server answered with an error; the connection goes on unless the code closes it
 *   <li>{@link ServerSilentException}: not a byte came for the timeout, while something was asked and it was not we who read nothing
 *   <li>{@link LinkBrokenException}: the connection ended, or {@link #close} was called
 *   <li>{@link io.pipewright.ProtocolException}: the server broke the protocol
 * </ul>
 *
 * After each of the last three the connection is closed, and what else was asked fails with the same.
 *
 * <p>Whoever opened it closes it.
 */
public final class NativeConnection implements AutoCloseable {

  /** What this client calls itself. */
  static final String AGENT = "pipewright-file-client";

  private final Endpoint server;
  private final Channel channel;
  private final LinkHandler handler;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private NativeConnection(Endpoint server, Channel channel, LinkHandler handler) {
    this.server = server;
    this.channel = channel;
    this.handler = handler;
    channel.closeFuture().addListener(done -> closed.complete(null));
  }

  /**
   * What the connections of a {@link TcpClient} need, for {@link io.pipewright.tcp.TcpClientBuilder#pipeline}.
   *
   * @param wireLog whether to log what passes, to the logger {@code io.pipewright.wire.file-transfer} at debug level
   */
  public static Pipeline pipeline(boolean wireLog) {
    PipelineBuilder pipeline = Pipeline.builder()
        .add(Slot.PROXY, "receiving", Receiving::new)
        .framing(NativeFraming.CLIENT)
        .add(Slot.CODEC, "answers", AnswerCodec::new)
        .handler("link", LinkHandler::new);
    if (wireLog) {
      pipeline.wireLog("file-transfer");
    }
    // without: a server that has enough to answer reads no more requests; its answers must be read
    // then all the more
    return pipeline.build().without("backpressure");
  }

  /**
   * Connects and greets.
   *
   * @param tcp has {@link #pipeline}; the caller closes it, which closes the connection
   * @param secret what to show the server
   * @param timeout how long the server may be silent while it owes an answer, now and later
   * @return the connection, or failed with {@link io.pipewright.ConnectFailedException}, {@link NotNativeException} if whoever
   *     answers there does not speak the dialect, or what the futures of the connection fail with; cancelling it gives up
   */
  public static CompletableFuture<NativeConnection> open(
      TcpClient tcp, Optional<Secret> secret, Duration timeout) {
    CompletableFuture<NativeConnection> opened = new CompletableFuture<>();
    CompletableFuture<Channel> connecting = tcp.connectAsync();
    connecting
        .thenCompose(channel -> {
          opened.whenComplete((connection, cause) -> {
            if (cause != null) {
              channel.close(); // nobody waits for it any more
            }
          });
          return greet(channel, tcp.server(), secret, timeout);
        })
        .whenComplete((connection, cause) -> {
          if (cause == null) {
            opened.complete(connection);
          } else {
            opened.completeExceptionally(Causes.of(cause));
          }
        });
    opened.whenComplete((connection, cause) -> connecting.cancel(false));
    return opened;
  }

  private static CompletableFuture<NativeConnection> greet(
      Channel channel, Endpoint server, Optional<Secret> secret, Duration timeout) {
    OneAnswer<Answer.Welcome> hello = new OneAnswer<>(
        server,
        new Request.Hello(Limits.VERSION, AGENT, secret),
        Answer.Welcome.class,
        AnswerChecks::welcome);
    LinkHandler handler = LinkHandler.of(channel);
    execute(channel, server, hello, () -> {
      handler.begin(server, timeout);
      handler.ask(hello);
    });
    return hello.future().thenApply(welcome -> {
      handler.welcomed();
      return new NativeConnection(server, channel, handler);
    });
  }

  /**
   * Asks what a file is.
   *
   * @param name which
   */
  public CompletableFuture<FileFacts> stat(FileName name) {
    return ask(new Request.Stat(name), FileFacts.class, facts -> Optional.empty());
  }

  /**
   * Asks for a page of a folder. Its entries come sorted by the bytes of their names and stand behind {@code after}: this is checked,
   * so whoever asks on behind the last name comes to an end.
   *
   * @param folder which; none for the root
   * @param after the name behind which the page begins; none for the first
   * @param limit how many entries at most; none leaves it to the server
   */
  public CompletableFuture<Entries> list(
      Optional<FileName> folder, Optional<String> after, OptionalInt limit) {
    return ask(
        new Request.ListFolder(folder.map(Function.identity()), after, limit),
        Entries.class,
        entries -> AnswerChecks.entries(entries, after, limit));
  }

  /**
   * Asks for the sums of blocks. There may be fewer than were asked for, but one at least.
   *
   * @param request which
   */
  public CompletableFuture<SumList> sums(Request.Sums request) {
    return ask(request, SumList.class, sums -> AnswerChecks.sums(sums, request));
  }

  /**
   * Asks for a range of a file.
   *
   * @param get which
   * @param receiver is handed what comes
   * @return how the answer ended, also with an error of the server's; failed only if the connection is of no more use
   */
  public CompletableFuture<GetEnd> get(Request.Get get, GetReceiver receiver) {
    GetExchange exchange = new GetExchange(server, get, receiver);
    ask(exchange);
    return exchange.future();
  }

  /**
   * Asks for several small files in one answer.
   *
   * @param request which
   * @param receiver is handed what comes
   * @return when all of the answer's bytes have been handed over; which files are in it, of how many it is at least one, the receiver
   *     was told
   */
  public CompletableFuture<Answer.Pack> pack(Request.Pack request, PackReceiver receiver) {
    PackExchange exchange = new PackExchange(server, request, receiver);
    ask(exchange);
    return exchange.future();
  }

  private <A extends Answer> CompletableFuture<A> ask(
      Request request, Class<A> kind, Function<A, Optional<String>> fault) {
    OneAnswer<A> exchange = new OneAnswer<>(server, request, kind, fault);
    ask(exchange);
    return exchange.future();
  }

  private void ask(Exchange exchange) {
    execute(channel, server, exchange, () -> handler.ask(exchange));
  }

  /** On the event loop, at once for whoever is there: the order of one thread's calls is kept. */
  private static void execute(Channel channel, Endpoint server, Exchange exchange, Runnable task) {
    try {
      if (channel.eventLoop().inEventLoop()) {
        task.run();
      } else {
        channel.eventLoop().execute(task);
      }
    } catch (RejectedExecutionException e) {
      exchange.fail(new LinkBrokenException(server, "its event loop has ended", e));
    }
  }

  /**
   * Stops reading, so that the server has to wait: what has been read already is still handed over, 512 KiB at most. Nobody's silence
   * counts meanwhile. From any thread; at once on the event loop.
   */
  public void pause() {
    execute(handler::pause);
  }

  /** Goes on reading. From any thread. */
  public void resume() {
    execute(handler::resume);
  }

  private void execute(Runnable task) {
    try {
      if (channel.eventLoop().inEventLoop()) {
        task.run();
      } else {
        channel.eventLoop().execute(task);
      }
    } catch (RejectedExecutionException e) {
      channel.close(); // by now it is
    }
  }

  /** The event loop on which everything of this connection happens. */
  public EventLoop eventLoop() {
    return channel.eventLoop();
  }

  /** Whom it is connected to. */
  public Endpoint server() {
    return server;
  }

  /** How many bytes of files have come so far; a number may be a moment old. */
  public long receivedBytes() {
    return handler.receivedBytes();
  }

  /** How many requests have not been answered completely. On the event loop. */
  public int unanswered() {
    return handler.unanswered();
  }

  /** How long nothing has been asked and nothing has come; zero while an answer is owed. On the event loop. */
  public Duration idle() {
    return handler.idle();
  }

  /** Whether nobody has closed it yet. */
  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Completed when the connection is closed, by whomever. */
  public CompletableFuture<Void> closed() {
    return closed.copy();
  }

  /** Closes the connection, and does not wait for it; what is unanswered fails. Twice does no harm. */
  @Override
  public void close() {
    execute(() -> handler.end(new LinkBrokenException(server, "this client has closed it", null)));
  }
}
