package io.pipewright.udpecho;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.address.HostPort;
import io.pipewright.socket.SocketErrors;
import io.pipewright.udp.UdpBuilder;
import io.pipewright.udp.UdpClient;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a UDP service: sends a datagram and waits for the one that answers it, again if need be.
 *
 * <pre>{@code
 * try (UdpEchoClient client = UdpEchoClient.builder("127.0.0.1", 7788).retries(2).build()) {
 *   Answer answer = client.ask("hello".getBytes(UTF_8));
 * }
 * }</pre>
 *
 * <p><b>Which datagram is the answer.</b> Nothing in a datagram says what it answers. The socket is
 * connected, so only the peer's own datagrams are heard. A question that was sent more than once may
 * be answered more than once, and one that was given up may still be answered: after either the next
 * question goes out from a new socket, and what comes late finds nobody. That leaves a copy that the
 * network made; it is dropped unless it comes just while the next answer is waited for.
 *
 * <p>With {@linkplain UdpEchoClientBuilder#broadcast broadcast} anybody may answer, so the socket is
 * not connected, refusals cannot be heard, and each question has a socket of its own.
 *
 * <p>Thread-safe; one question at a time, others wait.
 */
public final class UdpEchoClient implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(UdpEchoClient.class);

  /** The largest payload that a datagram carries over IPv4. */
  public static final int MAX_BYTES = UdpBuilder.MAX_IPV4_PAYLOAD_BYTES;

  private final String host;
  private final int port;
  private final Duration timeout;
  private final int tries;
  private final boolean broadcast;
  private final UdpClient sockets;
  private Channel socket;

  UdpEchoClient(UdpEchoClientBuilder settings, UdpClient sockets) {
    this.host = settings.host();
    this.port = settings.port();
    this.timeout = settings.timeout();
    this.tries = settings.retries() + 1;
    this.broadcast = settings.broadcast();
    this.sockets = sockets;
  }

  /**
   * A builder with every default: a try waits 2 s, and there are 3.
   *
   * @param host a name, an IPv4 or an IPv6 address
   * @param port 1 to 65,535
   * @throws ConfigurationException if the host is empty or the port out of range
   */
  public static UdpEchoClientBuilder builder(String host, int port) {
    return new UdpEchoClientBuilder(host, port);
  }

  /**
   * Sends a datagram and waits for its answer. Must not be called on an event loop.
   *
   * @param question 0 to 65,507 bytes; left as it is
   * @return the answer
   * @throws ConfigurationException if the question is too long for a datagram; nothing was sent
   * @throws ConnectFailedException if the host is unknown, or says that nothing listens there
   * @throws NoAnswerException if none came to any try
   * @throws InterruptedException if this thread is interrupted
   */
  public synchronized Answer ask(byte[] question) throws InterruptedException {
    if (question.length > MAX_BYTES) {
      throw new ConfigurationException(
          "message",
          question.length,
          "a datagram holds at most %d bytes, not %d".formatted(MAX_BYTES, question.length));
    }
    Answer answer = null;
    try {
      answer = askUntilAnswered(question);
    } finally {
      if (answer == null || answer.tries() > 1 || broadcast) {
        forgetSocket();
      }
    }
    return answer;
  }

  private Answer askUntilAnswered(byte[] question) throws InterruptedException {
    if (socket == null) {
      socket = open();
    }
    InetSocketAddress destination = broadcast ? address() : null;
    CompletableFuture<Inbox.Received> answer =
        socket.pipeline().get(Inbox.class).expect();
    for (int number = 1; number <= tries; number++) {
      long sentAt = System.nanoTime();
      send(question, destination, answer);
      try {
        Inbox.Received received = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        Duration roundTrip = Duration.ofNanos(System.nanoTime() - sentAt);
        return new Answer(received.sender(), received.bytes(), number, roundTrip);
      } catch (TimeoutException e) {
        log.debug("no answer to try {} of {}", number, tries);
      } catch (ExecutionException e) {
        throw failed(e.getCause());
      }
    }
    throw new NoAnswerException(host, port, tries, timeout);
  }

  private Channel open() {
    try {
      return sockets.open();
    } catch (ConnectFailedException e) {
      throw e.getCause() == null ? e : failed(e.getCause());
    }
  }

  private void send(
      byte[] question, InetSocketAddress destination, CompletableFuture<Inbox.Received> answer) {
    ByteBuf bytes = Unpooled.wrappedBuffer(question);
    Object datagram = destination == null ? bytes : new DatagramPacket(bytes, destination);
    socket.writeAndFlush(datagram).addListener(sent -> {
      if (!sent.isSuccess()) {
        answer.completeExceptionally(sent.cause());
      }
    });
  }

  /** Only without a connection is an address needed for each datagram. */
  private InetSocketAddress address() {
    try {
      return SocketErrors.resolve(host, port);
    } catch (UnknownHostException e) {
      throw failed(e);
    }
  }

  private ConnectFailedException failed(Throwable cause) {
    String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (said.contains("permission denied")) {
      return new ConnectFailedException(
          new HostPort(host, port).toString(),
          "permission denied; a broadcast address needs --broadcast, or broadcast(true) in code",
          cause);
    }
    if (cause instanceof PortUnreachableException) {
      return new ConnectFailedException(
          new HostPort(host, port).toString(), "connection refused: nothing listens there", cause);
    }
    return SocketErrors.connectFailed(new HostPort(host, port), timeout, cause);
  }

  private void forgetSocket() {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }

  /** Closes the sockets and the event loop that this client made. An answer is waited for no longer. */
  @Override
  public void close() {
    sockets.close();
  }
}
