package io.pipewright.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.testkit.TimedSocket.Next;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * One end of a TCP or Unix connection that says byte for byte what it sends and what it expects: no
 * framework, no framing, no thread of its own.
 *
 * <pre>{@code
 * try (RawPeer peer = RawPeer.connect(server.port())) {
 *   peer.send("hi\n").expect("HI\n").finishSending().expectEnd();
 * }
 * }</pre>
 *
 * <p>Text is UTF-8. Every wait ends after {@link #limit}, ten seconds unless told otherwise. What does
 * not come as it was expected is an {@link AssertionError} that shows both as text and in hex. To be
 * used by one thread at a time; {@link #close} closes the socket.
 */
public final class RawPeer implements AutoCloseable {

  /** How long every wait may take, unless a peer is told otherwise. */
  public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(10);

  private final TimedSocket socket;
  private Duration limit = DEFAULT_LIMIT;

  private RawPeer(TimedSocket socket) {
    this.socket = socket;
  }

  /** Takes over a connected socket, and closes it if that fails. */
  static RawPeer of(SocketChannel channel) throws IOException {
    return new RawPeer(new TimedSocket(channel));
  }

  /**
   * Connects to a port of this machine.
   *
   * @return the connected peer, to be closed by the caller
   * @throws IOException if nothing listens there
   */
  public static RawPeer connect(int port) throws IOException {
    return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /**
   * Connects to an address.
   *
   * @param address an {@link InetSocketAddress} or a {@link UnixDomainSocketAddress}
   * @return the connected peer, to be closed by the caller
   * @throws IOException if nothing listens there, or there is no answer within {@link #DEFAULT_LIMIT}
   */
  public static RawPeer connect(SocketAddress address) throws IOException {
    SocketChannel channel;
    if (address instanceof UnixDomainSocketAddress) {
      channel = SocketChannel.open(address);
    } else {
      channel = SocketChannel.open();
      try {
        channel.socket().connect(address, Math.toIntExact(DEFAULT_LIMIT.toMillis()));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }
    return of(channel);
  }

  /** How long each wait of this peer may take from now on. */
  public RawPeer limit(Duration limit) {
    this.limit = limit;
    return this;
  }

  /** The socket's own address: how the other end names this peer. */
  public SocketAddress localAddress() throws IOException {
    return socket.channel().getLocalAddress();
  }

  /** Sends text in UTF-8. */
  public RawPeer send(String text) {
    return send(text.getBytes(UTF_8));
  }

  /**
   * Sends bytes, and returns when the kernel has taken them all.
   *
   * @throws AssertionError if the other end has gone, or does not read
   */
  public RawPeer send(byte... bytes) {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    try {
      if (!socket.write(left, limit)) {
        throw new AssertionError("the other end took only %d of %d bytes within %d ms"
            .formatted(left.position(), bytes.length, limit.toMillis()));
      }
    } catch (IOException e) {
      throw new AssertionError(
          "cannot send after %d of %d bytes: %s"
              .formatted(left.position(), bytes.length, e.getMessage()),
          e);
    }
    return this;
  }

  /** Sends bytes one by one with a pause after each. */
  public RawPeer sendSlowly(byte[] bytes, Duration pause) {
    for (byte b : bytes) {
      send(b);
      sleep(pause);
    }
    return this;
  }

  /** Sends text in UTF-8, byte by byte, with a pause after each. */
  public RawPeer sendSlowly(String text, Duration pause) {
    return sendSlowly(text.getBytes(UTF_8), pause);
  }

  /** Says that nothing more will be sent (FIN); receiving goes on. */
  public RawPeer finishSending() throws IOException {
    socket.channel().shutdownOutput();
    return this;
  }

  /** Expects exactly this text next, in UTF-8. */
  public RawPeer expect(String text) {
    return expect(text.getBytes(UTF_8));
  }

  /** Expects exactly these bytes next; more may follow. */
  public RawPeer expect(byte... expected) {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    String why = readUpTo(expected.length, got);
    byte[] actual = got.toByteArray();
    if (!Arrays.equals(expected, actual)) {
      throw new AssertionError((why.isEmpty() ? "not what was expected" : why) + "; "
          + Shown.difference(expected, actual));
    }
    return this;
  }

  /** Receives so many bytes, or fails. */
  public byte[] receive(int bytes) {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    String why = readUpTo(bytes, got);
    if (!why.isEmpty()) {
      throw new AssertionError(
          "expected " + bytes + " bytes, but " + why + " after " + Shown.bytes(got.toByteArray()));
    }
    return got.toByteArray();
  }

  /** Receives what comes until the end; a reset is a failure. */
  public byte[] receiveAll() {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    String why = readUpTo(Integer.MAX_VALUE, got);
    if (!why.equals(Next.END.words())) {
      throw new AssertionError(
          "expected the end, but " + why + " after " + Shown.bytes(got.toByteArray()));
    }
    return got.toByteArray();
  }

  /** Receives up to and including a line feed, and gives the text before it. */
  public String receiveLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    Next next = socket.next(limit);
    while (next == Next.BYTES) {
      byte b = socket.take(1)[0];
      if (b == '\n') {
        return line.toString(UTF_8);
      }
      line.write(b);
      next = socket.next(limit);
    }
    throw new AssertionError(
        "expected a line, but " + next.words() + " after " + Shown.bytes(line.toByteArray()));
  }

  /** Expects the other end's end (FIN) next, and no byte before it. */
  public RawPeer expectEnd() {
    return expect(Next.END, limit);
  }

  /** Expects a reset next, and no byte before it. */
  public RawPeer expectReset() {
    return expect(Next.RESET, limit);
  }

  /** Expects that nothing comes for a while: no byte, no end, no reset. */
  public RawPeer expectSilence(Duration time) {
    return expect(Next.NOTHING, time);
  }

  private RawPeer expect(Next expected, Duration time) {
    Next next = socket.next(time);
    if (next != expected) {
      throw new AssertionError("expected that " + expected.words() + ", but "
          + (next == Next.BYTES
              ? "got " + Shown.bytes(socket.take(Integer.MAX_VALUE))
              : next.words()));
    }
    return this;
  }

  /** Returns why there are fewer bytes, or an empty text. */
  private String readUpTo(int count, ByteArrayOutputStream into) {
    while (into.size() < count) {
      Next next = socket.next(limit);
      if (next != Next.BYTES) {
        return next.words();
      }
      into.writeBytes(socket.take(count - into.size()));
    }
    return "";
  }

  private static void sleep(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Closes the socket with a reset (RST), which the other end sees at once. TCP only. */
  public void reset() throws IOException {
    socket.channel().setOption(StandardSocketOptions.SO_LINGER, 0);
    close();
  }

  /** Closes the socket: the other end sees an end. Twice does no harm. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
