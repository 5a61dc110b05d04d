package io.pipewright.tcpecho;

import io.netty.channel.Channel;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.tcp.HalfClose;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.text.BadBytes;
import io.pipewright.text.TextCodec;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The bootstrap class of the TCP echo client: one connection that sends and receives text.
 *
 * <p>One thread may send while another receives. Whoever connected closes.
 */
public final class TcpEchoClient implements AutoCloseable {

  private final TcpClient client;
  private final Channel channel;
  private final IncomingHandler handler;

  private TcpEchoClient(TcpClient client, Channel channel, IncomingHandler handler) {
    this.client = client;
    this.channel = channel;
    this.handler = handler;
  }

  /**
   * Connects.
   *
   * @param socket host, port and socket options; its pipeline is set here
   * @param framing the framing of both directions
   * @param sent the charset of what is sent
   * @param received the charset of what comes; bytes that are no text come as U+FFFD
   * @return the connection, to be closed by the caller
   * @throws io.pipewright.ConnectFailedException which host and port, and why
   */
  public static TcpEchoClient connect(
      TcpClientBuilder socket, Framing framing, Charset sent, Charset received) {
    TextCodec outgoing = TextCodec.of(sent);
    TextCodec incoming = TextCodec.of(received).onBadBytes(BadBytes.REPLACE);
    boolean frames = framing.newDecoder().isPresent();
    Pipeline pipeline = Pipeline.builder()
        .framing(framing)
        .text(incoming)
        .handler("incoming", IncomingHandler::new)
        .build()
        .replace("text-decoder", () -> incoming.newDecoder(frames))
        .replace("text-encoder", outgoing::newEncoder);
    TcpClient client = socket.allowHalfClosure(true).pipeline(pipeline).build();
    try {
      Channel channel = client.connect();
      return new TcpEchoClient(client, channel, channel.pipeline().get(IncomingHandler.class));
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /**
   * Sends one message. Returns at once; if it cannot be sent, {@link #receive} tells too.
   *
   * @param text the message
   * @return completed when the message has been handed to the kernel, or with why it cannot be
   */
  public CompletableFuture<Void> send(String text) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    channel.writeAndFlush(text).addListener(write -> {
      if (write.isSuccess()) {
        sent.complete(null);
      } else {
        channel.pipeline().fireExceptionCaught(write.cause());
        sent.completeExceptionally(write.cause());
      }
    });
    return sent;
  }

  /** Says that nothing more will be sent: half-closes. What is written goes out first. */
  public void finish() {
    HalfClose.finishSending(channel);
  }

  /**
   * Waits for what the server sends next.
   *
   * @param limit the longest wait
   * @return what came, or nothing if nothing came in time
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public Optional<Incoming> receive(Duration limit) throws InterruptedException {
    handler.readOn(channel);
    return Optional.ofNullable(handler.incoming().poll(limit.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Closes the connection, and the event loop if it was made for it. */
  @Override
  public void close() {
    client.close();
  }
}
