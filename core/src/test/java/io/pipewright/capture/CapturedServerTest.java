package io.pipewright.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import io.pipewright.address.Endpoint;
import io.pipewright.capture.CaptureEnd.Reason;
import io.pipewright.framing.Framing;
import io.pipewright.pipeline.Pipeline;
import io.pipewright.pipeline.Slot;
import io.pipewright.pipeline.Stage;
import io.pipewright.proxy.ProxyProtocol;
import io.pipewright.tcp.LiveConnection;
import io.pipewright.tcp.RunningTcpServer;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpServer;
import io.pipewright.tcp.TcpServerBuilder;
import io.pipewright.tls.Certificates;
import io.pipewright.tls.ClientTls;
import io.pipewright.tls.ServerTls;
import io.pipewright.transport.Transport;
import io.pipewright.udp.RunningUdpServer;
import io.pipewright.udp.UdpServer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Running servers and clients, and what the file says of them. */
@Timeout(60)
class CapturedServerTest {

  @TempDir
  private Path folder;

  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("test.pcap");
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  private static TcpServerBuilder server(Transport transport) {
    Pipeline pipeline =
        Pipeline.builder().framing(Framing.none()).handler("echo", Echo::new).build();
    return TcpServer.builder().transport(transport).loops(1).pipeline(pipeline);
  }

  private Capture capture() {
    return Capture.builder().file(file).start();
  }

  private static void exchange(Socket peer, String message) throws IOException {
    peer.setSoTimeout(20_000);
    peer.getOutputStream().write(message.getBytes(UTF_8));
    assertThat(peer.getInputStream().readNBytes(message.length()))
        .asString(UTF_8)
        .isEqualTo(message);
  }

  private static String from(Socket peer) {
    return "127.0.0.1:" + peer.getLocalPort();
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aServersConnectionsAreRecordedFromItsStart(Transport transport) throws Exception {
    Socket peer;
    int port;
    try (RunningTcpServer server =
        server(transport).capture(Capture.builder().file(file)).start()) {
      port = server.port();
      peer = new Socket("127.0.0.1", port);
      exchange(peer, "hello");
      peer.close();
      await().until(() -> server.connections() == 0);
    }

    List<PcapReader.Packet> packets = PcapReader.read(file);
    assertThat(PcapReader.letters(packets)).isEqualTo("S S. . P. P. F. . F. .");
    Map<String, byte[]> streams = PcapReader.streams(packets);
    assertThat(streams.get(from(peer))).asString(UTF_8).isEqualTo("hello");
    assertThat(streams.get("127.0.0.1:" + port)).asString(UTF_8).isEqualTo("hello");
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aRunningServersOpenConnectionsAndNewOnesAreRecordedUntilTheEnd(Transport transport)
      throws Exception {
    try (RunningTcpServer server = server(transport).start();
        Socket open = new Socket("127.0.0.1", server.port())) {
      exchange(open, "before ");
      Capture capture = capture();
      server.capture(capture).join();
      server.capture(capture).join(); // twice is once
      exchange(open, "during ");
      try (Socket fresh = new Socket("127.0.0.1", server.port())) {
        exchange(fresh, "fresh");
        capture.closeAsync().join();
        exchange(open, "after");

        Map<String, byte[]> streams = PcapReader.streams(PcapReader.read(file));
        assertThat(streams.get(from(open))).asString(UTF_8).isEqualTo("during ");
        assertThat(streams.get(from(fresh))).asString(UTF_8).isEqualTo("fresh");
        assertThat(server.openConnections())
            .hasSize(2)
            .allSatisfy(connection ->
                await().until(() -> connection.channel().pipeline().get(capture.name()) == null));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void severalCapturesRecordAtOnceEachWhatItChose(Transport transport) throws Exception {
    Path others = folder.resolve("others.pcap");
    try (RunningTcpServer server = server(transport).start();
        Capture all = capture();
        Capture none =
            Capture.builder().file(others).only(Cidr.parse("10.0.0.0/8")).start()) {
      server.capture(all).join();
      server.capture(none).join();
      try (Socket peer = new Socket("127.0.0.1", server.port())) {
        exchange(peer, "hello");
      }
      await().until(() -> server.connections() == 0);
      all.closeAsync().join();
      none.closeAsync().join();
      assertThat(PcapReader.streams(PcapReader.read(file))).hasSize(2);
      assertThat(PcapReader.read(others)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aResetIsRecordedAsOne(Transport transport) throws Exception {
    try (RunningTcpServer server = server(transport).start();
        Capture capture = capture()) {
      server.capture(capture).join();
      Socket peer = new Socket("127.0.0.1", server.port());
      exchange(peer, "hello");
      peer.setSoLinger(true, 0);
      peer.close();
      await().until(() -> server.connections() == 0);
      capture.closeAsync().join();

      List<PcapReader.Packet> packets = PcapReader.read(file);
      assertThat(PcapReader.letters(packets)).isEqualTo("S S. . P. P. R.");
      assertThat(packets.get(5).from()).isEqualTo(from(peer));
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void underTlsTheFileHasTheClearText(Transport transport) throws Exception {
    Certificates certificates = Certificates.in(folder, "test");
    Certificates.Pair pair = certificates.signed("server", "localhost", "127.0.0.1");
    Path atClient = folder.resolve("client.pcap");
    try (ServerTls tls =
            ServerTls.builder().certificate(pair.chain(), pair.key()).build();
        RunningTcpServer server = server(transport).tls(tls).start();
        Capture captureAtClient = Capture.builder().file(atClient).start();
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .loops(1)
            .port(server.port())
            .tls(ClientTls.builder().trust(folder.resolve("test-ca.pem")).build())
            .capture(captureAtClient)
            .pipeline(Pipeline.builder().framing(Framing.none()).build())
            .build();
        Capture capture = capture()) {
      Channel channel = client.connect();
      server.capture(capture).join(); // behind the TLS that is there
      channel.writeAndFlush(channel.alloc().buffer().writeBytes("secret".getBytes(UTF_8)));
      await().until(() -> capture.packets() >= 2 && captureAtClient.packets() >= 5);
      channel.close().sync();
      await().until(() -> server.connections() == 0);
    }
    assertThat(PcapReader.streams(PcapReader.read(file)).values())
        .hasSize(2)
        .allSatisfy(stream -> assertThat(stream).asString(UTF_8).isEqualTo("secret"));
    List<PcapReader.Packet> packets = PcapReader.read(atClient);
    assertThat(PcapReader.letters(packets)).startsWith("S S. . P. P. F.");
    assertThat(PcapReader.streams(packets).values())
        .allSatisfy(stream -> assertThat(stream).asString(UTF_8).isEqualTo("secret"));
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void aClientsConnectionIsRecordedFromTheMomentItIsAskedFor(Transport transport) throws Exception {
    try (RunningTcpServer server = server(transport).start();
        TcpClient client = TcpClient.builder()
            .transport(transport)
            .loops(1)
            .port(server.port())
            .pipeline(Pipeline.builder().framing(Framing.none()).build())
            .build();
        Capture capture = capture()) {
      Channel channel = client.connect();
      LiveConnection.of(channel).orElseThrow().capture(capture).join();
      channel.writeAndFlush(channel.alloc().buffer().writeBytes("hello".getBytes(UTF_8)));
      await().until(() -> capture.packets() == 2);
      capture.closeAsync().join();
      assertThat(PcapReader.streams(PcapReader.read(file)).get("127.0.0.1:" + server.port()))
          .asString(UTF_8)
          .isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void peersOnUnixDomainSocketsAreToldApart(Transport transport) throws Exception {
    Path socket = folder.resolve("s");
    try (RunningTcpServer server =
            server(transport).listen(Endpoint.parse("unix:" + socket)).start();
        Capture capture = capture()) {
      server.capture(capture).join();
      for (String message : List.of("one", "two")) {
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
          peer.connect(UnixDomainSocketAddress.of(socket));
          peer.write(ByteBuffer.wrap(message.getBytes(UTF_8)));
          ByteBuffer reply = ByteBuffer.allocate(3);
          while (reply.hasRemaining() && peer.read(reply) >= 0) {}
          assertThat(reply.array()).asString(UTF_8).isEqualTo(message);
        }
      }
      await().until(() -> server.connections() == 0);
      capture.closeAsync().join();
      Map<String, byte[]> streams = PcapReader.streams(PcapReader.read(file));
      assertThat(streams.keySet()).hasSize(3).allMatch(from -> from.startsWith("127.0.0.1:"));
      assertThat(streams.get("127.0.0.1:1")).asString(UTF_8).isEqualTo("onetwo");
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void behindAProxyThePeerIsTheOneThatTheProxyNames(Transport transport) throws Exception {
    ProxyProtocol proxies =
        ProxyProtocol.builder().trust(CidrSet.parse("127.0.0.0/8, ::1/128")).build();
    try (RunningTcpServer server = server(transport).proxyProtocol(proxies).start();
        Capture capture =
            Capture.builder().file(file).only(Cidr.parse("2001:db8::/32")).start();
        Socket early = new Socket("127.0.0.1", server.port())) {
      await().until(() -> server.connections() == 1);
      server.capture(capture).join(); // the header of the early one is still to come
      exchangeBehindProxy(early, "2001:db8::7", "one");
      try (Socket late = new Socket("127.0.0.1", server.port());
          Socket other = new Socket("127.0.0.1", server.port())) {
        exchangeBehindProxy(late, "2001:db8::8", "two");
        exchangeBehindProxy(other, "2001:db9::9", "not this");
      }
    }
    List<PcapReader.Packet> packets = PcapReader.read(file);
    Map<String, byte[]> streams = PcapReader.streams(packets);
    assertThat(streams.get("2001:db8:0:0:0:0:0:7:700")).asString(UTF_8).isEqualTo("one");
    assertThat(streams.get("2001:db8:0:0:0:0:0:8:700")).asString(UTF_8).isEqualTo("two");
    assertThat(streams.values()).noneMatch(bytes -> new String(bytes, UTF_8).contains("not this"));
    assertThat(PcapReader.letters(packets)).startsWith("S S. . P. P. S S. . P. P.");
  }

  private static void exchangeBehindProxy(Socket peer, String client, String message)
      throws IOException {
    peer.getOutputStream()
        .write("PROXY TCP6 %s 2001:db8::1 700 443\r\n".formatted(client).getBytes(UTF_8));
    exchange(peer, message);
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.Transports#here")
  void datagramsAreRecordedEachByItsOwnPeer(Transport transport) throws Exception {
    for (String host : List.of("127.0.0.1", "::1")) {
      Path datagrams = folder.resolve(host.replace(':', '-'));
      try (Capture capture = Capture.builder().file(datagrams).start();
          Capture none = Capture.builder()
              .file(folder.resolve("none" + host.replace(':', '-')))
              .only(Cidr.parse("10.0.0.0/8"))
              .start();
          RunningUdpServer server = UdpServer.builder()
              .host(host)
              .transport(transport)
              .pipeline(Pipeline.builder()
                  .handler("echo", DatagramEcho::new)
                  .build()
                  .with(new Stage(Slot.CAPTURE, "all", "", capture::newHandler))
                  .with(new Stage(Slot.CAPTURE, "none", "", none::newHandler)))
              .start();
          DatagramSocket peer = new DatagramSocket(new InetSocketAddress(host, 0))) {
        peer.setSoTimeout(20_000);
        byte[] odd = "hello".getBytes(UTF_8);
        peer.send(new java.net.DatagramPacket(odd, odd.length, server.localAddress()));
        java.net.DatagramPacket reply = new java.net.DatagramPacket(new byte[9], 9);
        peer.receive(reply);
        assertThat(reply.getLength()).isEqualTo(odd.length);
        await().until(() -> capture.packets() == 2);
        assertThat(none.packets()).isZero();
        List<PcapReader.Packet> packets = PcapReader.read(datagrams);
        String from = InetAddress.getByName(host).getHostAddress() + ":" + peer.getLocalPort();
        assertThat(packets).allSatisfy(packet -> {
          assertThat(packet.tcp()).isFalse();
          assertThat(packet.bytes()).isEqualTo(odd);
        });
        assertThat(packets.get(0).from()).isEqualTo(from);
        assertThat(packets.get(1).destinationPort()).isEqualTo(peer.getLocalPort());
      }
    }
  }

  private static final class DatagramEcho extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
      ctx.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
    }
  }

  @Test
  void aServerThatCannotStartLeavesNoFileBehind() throws Exception {
    try (RunningTcpServer first = server(Transport.AUTO).start()) {
      TcpServerBuilder second =
          server(Transport.AUTO).port(first.port()).capture(Capture.builder().file(file));
      assertThatThrownBy(second::start).isInstanceOf(BindFailedException.class);
      assertThat(file).doesNotExist();
    }
    file.toFile().createNewFile();
    TcpServerBuilder third = server(Transport.AUTO).capture(Capture.builder().file(file));
    assertThatThrownBy(third::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is there already");
  }

  @Test
  void aDiskThatFailsHarmsNoConnection() throws Exception {
    FullDisk disk = new FullDisk(500);
    try (RunningTcpServer server = server(Transport.AUTO).start();
        Capture capture = Capture.builder().file(file).start(new PcapFile(disk, Long.MAX_VALUE));
        Socket peer = new Socket("127.0.0.1", server.port())) {
      server.capture(capture).join();
      for (int i = 0; i < 20; i++) {
        exchange(peer, "x".repeat(100));
      }
      CaptureEnd end = capture.ended().join();
      assertThat(end.reason()).isEqualTo(Reason.FAILED);
      exchange(peer, "still here");
      assertThat(PcapReader.read(ByteBuffer.wrap(disk.content()))).hasSize((int) end.packets());
    }
  }
}
