package io.pipewright.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real sockets on several loopback addresses with one port: one refuses, one never answers, one accepts. */
@Timeout(30)
class AddressRaceTest {

  private final AtomicInteger active = new AtomicInteger();
  private final Set<Channel> seen = ConcurrentHashMap.newKeySet();
  private final List<AutoCloseable> closing = new ArrayList<>();

  @AfterEach
  void closeSockets() throws Exception {
    for (int i = closing.size() - 1; i >= 0; i--) {
      closing.get(i).close();
    }
  }

  private static InetAddress address(String literal) throws UnknownHostException {
    return InetAddress.getByName(literal);
  }

  private ServerSocket listen(InetAddress address, int port, int backlog) throws IOException {
    ServerSocket listener = new ServerSocket(port, backlog, address);
    closing.add(listener);
    return listener;
  }

  /** Its backlog is full, so that a further connection attempt is left without an answer. */
  private ServerSocket mute(InetAddress address, int port) throws IOException {
    ServerSocket full = listen(address, port, 1);
    for (int i = 0; i < 8; i++) {
      Socket filler = new Socket();
      closing.add(filler);
      try {
        filler.connect(new InetSocketAddress(address, full.getLocalPort()), 50);
      } catch (IOException backlogIsFull) {
        break;
      }
    }
    return full;
  }

  private TcpClientBuilder client(Transport transport, int port, InetAddress... addresses) {
    return TcpClient.builder()
        .transport(transport)
        .host("several.example")
        .port(port)
        .resolver(host -> List.of(addresses))
        .pipeline(Pipeline.builder()
            .framing(Framing.none())
            .handler("watch", Watch::new)
            .build());
  }

  private TcpClient built(TcpClientBuilder builder) {
    TcpClient client = builder.build();
    closing.add(client);
    return client;
  }

  private final class Watch extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      seen.add(ctx.channel());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      active.incrementAndGet();
      ctx.fireChannelActive();
    }
  }

  private static InetSocketAddress remote(Channel channel) {
    return (InetSocketAddress) channel.remoteAddress();
  }

  @Test
  void familiesTakeTurnsAndTheFirstStaysFirst() throws Exception {
    InetAddress a4 = address("192.0.2.1");
    InetAddress b4 = address("192.0.2.2");
    InetAddress c4 = address("192.0.2.3");
    InetAddress a6 = address("2001:db8::1");
    InetAddress b6 = address("2001:db8::2");

    assertThat(AddressOrder.interleaved(List.of(a6, b6, a4, b4, c4)))
        .containsExactly(a6, a4, b6, b4, c4);
    assertThat(AddressOrder.interleaved(List.of(a4, a4, b4, c4, a6)))
        .containsExactly(a4, a6, b4, c4);
    assertThat(AddressOrder.interleaved(List.of(b4, a4))).containsExactly(b4, a4);
    assertThat(AddressOrder.interleaved(List.of())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aRefusalIsFollowedByTheNextAddressAtOnce(Transport transport) throws Exception {
    ServerSocket good = listen(address("127.0.0.3"), 0, 50);
    TcpClient client =
        built(client(transport, good.getLocalPort(), address("127.0.0.2"), address("127.0.0.3"))
            .connectionAttemptDelay(Duration.ofDays(1)));

    assertThat(remote(client.connect()).getAddress()).isEqualTo(address("127.0.0.3"));
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aMuteAddressIsOvertakenAfterTheDelayAndItsAttemptIsClosed(Transport transport)
      throws Exception {
    ServerSocket good = listen(address("127.0.0.3"), 0, 50);
    mute(address("127.0.0.2"), good.getLocalPort());
    TcpClient client =
        built(client(transport, good.getLocalPort(), address("127.0.0.2"), address("127.0.0.3"))
            .connectionAttemptDelay(Duration.ofMillis(20)));

    Channel winner = client.connect();

    assertThat(remote(winner).getAddress()).isEqualTo(address("127.0.0.3"));
    assertThat(seen).hasSize(2);
    await().until(() -> seen.stream().filter(Channel::isOpen).toList().equals(List.of(winner)));
    assertThat(active).as("channels that became active").hasValue(1);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whenSeveralAnswerOneConnectionIsHandedOutAndNoOtherStaysOpen(Transport transport)
      throws Exception {
    ServerSocket first = listen(address("127.0.0.2"), 0, 50);
    listen(address("127.0.0.3"), first.getLocalPort(), 50);
    TcpClient client =
        built(client(transport, first.getLocalPort(), address("127.0.0.2"), address("127.0.0.3"))
            .connectionAttemptDelay(Duration.ofMillis(10)));

    List<CompletableFuture<Channel>> connecting = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      connecting.add(client.connectAsync());
    }
    Set<Channel> handedOut = ConcurrentHashMap.newKeySet();
    connecting.forEach(one -> handedOut.add(one.join()));

    assertThat(handedOut).hasSize(40).allMatch(Channel::isActive);
    await().until(() -> seen.stream().filter(Channel::isOpen).count() == 40);
    assertThat(active).hasValue(40);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void whenAllFailTheErrorNamesWhatEachAddressSaid(Transport transport) throws Exception {
    ServerSocket mute = mute(address("127.0.0.3"), 0);
    TcpClient client =
        built(client(transport, mute.getLocalPort(), address("127.0.0.2"), address("127.0.0.3"))
            .connectTimeout(Duration.ofMillis(200)));

    assertThatThrownBy(client::connect)
        .isInstanceOf(ConnectFailedException.class)
        .hasMessage(
            "cannot connect to several.example:%d: 127.0.0.2 connection refused: nothing listens"
                + " there; 127.0.0.3 no answer within 200 ms",
            mute.getLocalPort());
  }

  @Test
  void aLongListOfRefusalsIsCutShort() throws Exception {
    int free;
    try (ServerSocket listener = new ServerSocket(0, 1, address("127.0.0.2"))) {
      free = listener.getLocalPort();
    }
    InetAddress[] addresses = new InetAddress[30];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = address("127.0.7." + (i + 1));
    }
    TcpClient client = built(client(Transport.NIO, free, addresses));

    assertThatThrownBy(client::connect)
        .hasMessageContaining("127.0.7.1 connection refused")
        .hasMessageEndingWith("and 26 more addresses");
  }

  @Test
  void theConnectTimeoutBoundsTheResolverToo() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    closing.add(stuck::countDown);
    TcpClient client =
        built(client(Transport.NIO, 80).connectTimeout(Duration.ofMillis(100)).resolver(host -> {
          try {
            stuck.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new UnknownHostException(host);
        }));

    assertThatThrownBy(client::connect)
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageEndingWith("no answer within 100 ms");
  }

  @Test
  void aResolverThatFindsNothingIsAnUnknownHost() {
    TcpClient client = built(client(Transport.NIO, 80));

    assertThatThrownBy(client::connect)
        .hasMessage("cannot connect to several.example:80: unknown host");
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void cancellingGivesUpAndClosesWhatIsStillConnecting(Transport transport) throws Exception {
    ServerSocket mute = mute(address("127.0.0.2"), 0);
    TcpClient client = built(client(transport, mute.getLocalPort(), address("127.0.0.2")));

    CompletableFuture<Channel> connecting = client.connectAsync();
    await().until(() -> !seen.isEmpty());
    connecting.cancel(false);

    await().until(() -> seen.stream().noneMatch(Channel::isOpen));
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void closingTheClientEndsWhatIsStillConnecting(Transport transport) throws Exception {
    ServerSocket mute = mute(address("127.0.0.2"), 0);
    TcpClient client = built(client(transport, mute.getLocalPort(), address("127.0.0.2")));

    CompletableFuture<Channel> connecting = client.connectAsync();
    await().until(() -> !seen.isEmpty());
    client.close();

    assertThatThrownBy(connecting::join).hasCauseInstanceOf(ConnectFailedException.class);
    assertThatThrownBy(client.connectAsync()::join)
        .as("and a closed client fails at once")
        .hasCauseInstanceOf(ConnectFailedException.class);
  }

  @Test
  void anAttemptDelayThatWouldFloodTheServerIsRefused() {
    assertThatThrownBy(() -> TcpClient.builder().connectionAttemptDelay(Duration.ofMillis(9)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("connectionAttemptDelay: must be 10 ms to 24 days, not PT0.009S");
  }
}
