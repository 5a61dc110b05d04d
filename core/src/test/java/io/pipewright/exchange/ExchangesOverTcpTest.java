package io.pipewright.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.HalfClose;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against servers of plain sockets that do whatever a bad server may do, and a good one under load. */
@Timeout(60)
class ExchangesOverTcpTest {

  private static final Exchanges<String, String> BY_ID =
      Exchanges.<String, String, String>byId(ExchangesOverTcpTest::id, ExchangesOverTcpTest::id);

  private final List<AutoCloseable> closing = new ArrayList<>();

  private static String id(String message) {
    return message.split(" ", 2)[0];
  }

  @AfterEach
  void close() throws Exception {
    for (int i = closing.size() - 1; i >= 0; i--) {
      closing.get(i).close();
    }
  }

  private interface Conversation {
    void with(BufferedReader in, OutputStream out, Socket socket) throws IOException;
  }

  /** A server that accepts once and then does as told. */
  private int server(Conversation conversation) throws IOException {
    ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    closing.add(listener);
    Thread thread = new Thread(() -> {
      try (Socket socket = listener.accept()) {
        conversation.with(
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)),
            socket.getOutputStream(),
            socket);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    thread.start();
    closing.add(thread::join);
    return listener.getLocalPort();
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
  }

  private Channel connect(Transport transport, int port, Exchanges<String, String> exchanges) {
    TcpClient client = TcpClient.builder()
        .transport(transport)
        .port(port)
        .pipeline(Pipeline.builder()
            .framing(Framing.lines())
            .text(UTF_8)
            .handler("exchanges", exchanges::newHandler)
            .build())
        .build();
    closing.add(client);
    return client.connect();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatAnswersOnlyAfterManyRequestsIsPipelined(Transport transport) throws Exception {
    int port = server((in, out, socket) -> {
      List<String> requests = List.of(in.readLine(), in.readLine(), in.readLine());
      for (int i = 2; i >= 0; i--) {
        say(out, requests.get(i).toUpperCase(java.util.Locale.ROOT) + "\n");
      }
      in.readLine();
    });
    ExchangeHandler<String, String> handler = BY_ID.of(connect(transport, port, BY_ID));
    CompletableFuture<String> one = handler.send("1 one");
    CompletableFuture<String> two = handler.send("2 two");
    CompletableFuture<String> three = handler.send("3 three");

    assertThat(List.of(one.join(), two.join(), three.join()))
        .containsExactly("1 ONE", "2 TWO", "3 THREE");
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatAnswersNothingCostsItsTimeoutAndNoMoreThanTheBound(Transport transport)
      throws Exception {
    Exchanges<String, String> impatient =
        Exchanges.<String, String>inOrder().timeout(Duration.ofMillis(100)).maxInFlight(3);
    int port = server((in, out, socket) -> {
      while (in.readLine() != null) {
        // reads, and says nothing
      }
    });
    Channel channel = connect(transport, port, impatient);
    ExchangeHandler<String, String> handler = impatient.of(channel);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(handler.send("request")::join)
          .hasCauseInstanceOf(AnswerTimedOutException.class)
          .hasMessageEndingWith("no answer from 127.0.0.1:" + port + " within 0.1s");
    }
    assertThatThrownBy(handler.send("request")::join)
        .hasCauseInstanceOf(TooManyInFlightException.class);
    channel.close();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatAnswersTwiceAndToIdsOfItsOwnMisleadsNobody(Transport transport) throws Exception {
    int port = server((in, out, socket) -> {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        say(out, "x unasked\n%s\n%s again\n".formatted(line, id(line)));
      }
    });
    Channel channel = connect(transport, port, BY_ID);
    ExchangeHandler<String, String> handler = BY_ID.of(channel);
    for (int i = 0; i < 100; i++) {
      assertThat(handler.send(i + " hello").join()).isEqualTo(i + " hello");
    }
    await().until(() -> handler.unknownAnswers() == 200);
    assertThat(handler.inFlight()).isZero();
    channel.close();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatClosesInMidAnswerFailsWhatWaitsAtOnce(Transport transport) throws Exception {
    int port = server((in, out, socket) -> {
      in.readLine();
      in.readLine();
      say(out, "1 whole\n2 hal");
    });
    ExchangeHandler<String, String> handler = BY_ID.of(connect(transport, port, BY_ID));
    CompletableFuture<String> whole = handler.send("1 a");
    CompletableFuture<String> half = handler.send("2 b");

    assertThat(whole.join()).isEqualTo("1 whole");
    assertThatThrownBy(half::join)
        .hasCauseInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("127.0.0.1:" + port + " ended before the answer came");
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServerThatFinishesSendingButStaysFailsWhatWaitsAtOnce(Transport transport)
      throws Exception {
    Semaphore done = new Semaphore(0);
    int port = server((in, out, socket) -> {
      in.readLine();
      socket.shutdownOutput();
      done.acquireUninterruptibly();
    });
    Channel channel = connect(transport, port, BY_ID);
    CompletableFuture<String> answer = BY_ID.of(channel).send("1 a");
    try {
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ConnectionLostException.class);
      assertThat(channel.closeFuture().await(10_000)).isTrue();
    } finally {
      done.release();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whoHasFinishedSendingStillGetsTheAnswers(Transport transport) throws Exception {
    int port = server((in, out, socket) -> {
      String request = in.readLine();
      assertThat(in.readLine()).as("the client's end").isNull();
      say(out, request + "\n");
    });
    Channel channel = connect(transport, port, BY_ID);
    CompletableFuture<String> answer = BY_ID.of(channel).send("1 a");
    await().until(channel::isWritable);
    channel.eventLoop().submit(() -> {}).get(); // the request has been written by then
    HalfClose.finishSending(channel).sync();

    assertThat(answer.join()).isEqualTo("1 a");
    assertThatThrownBy(BY_ID.of(channel).send("2 b")::join)
        .hasCauseInstanceOf(ExchangeException.class);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aHundredThousandExchangesOfFourThreadsGetTheirOwnAnswers(Transport transport)
      throws Exception {
    var server = TcpServer.builder()
        .transport(transport)
        .port(0)
        .pipeline(Pipeline.builder()
            .framing(Framing.lengthPrefix(4))
            .handler("echo", Echo::new)
            .build())
        .start();
    closing.add(server);
    Exchanges<ByteBuf, ByteBuf> exchanges = Exchanges.<ByteBuf, ByteBuf, Integer>byId(
            request -> request.getInt(request.readerIndex()),
            answer -> answer.getInt(answer.readerIndex()))
        .maxInFlight(1000);
    TcpClient client = TcpClient.builder()
        .transport(transport)
        .port(server.port())
        .pipeline(Pipeline.builder()
            .framing(Framing.lengthPrefix(4))
            .handler("exchanges", exchanges::newHandler)
            .build())
        .build();
    closing.add(client);
    ExchangeHandler<ByteBuf, ByteBuf> handler = exchanges.of(client.connect());
    Semaphore room = new Semaphore(1000);
    AtomicInteger right = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    int share =
        transport == Transport.NIO ? 25_000 : 5_000; // every machine has NIO; the others a sample
    for (int t = 0; t < 4; t++) {
      int first = t * share;
      Thread thread = new Thread(() -> {
        for (int id = first; id < first + share; id++) {
          int expected = id;
          room.acquireUninterruptibly();
          handler.send(Unpooled.buffer(4).writeInt(id)).whenComplete((answer, cause) -> {
            if (answer != null) {
              right.addAndGet(answer.readInt() == expected ? 1 : 0);
              answer.release();
            }
            room.release();
          });
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(room.tryAcquire(1000, 30, TimeUnit.SECONDS)).isTrue();
    assertThat(right).hasValue(4 * share);
    assertThat(handler.inFlight()).isZero();
    assertThat(handler.unknownAnswers() + handler.lateAnswers()).isZero();
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }
}
