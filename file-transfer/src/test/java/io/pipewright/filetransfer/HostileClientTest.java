package io.pipewright.filetransfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.AnswerCodec;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.NativeFraming;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Listing;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.testkit.RawPeer;
import io.pipewright.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client can do to a server with a bare socket and no good will: it harms itself alone. */
@ParameterizedClass
@MethodSource("io.pipewright.filetransfer.Transports#here")
@Timeout(60)
class HostileClientTest {

  private static final byte[] HELLO =
      frame("01", text(1, "PIPEWRIGHT-FILES"), field(2, "00000001"), text(3, "test"));
  private static final byte[] LIST_ROOT = frame("02");
  private static final byte[] STAT_A = frame("03", text(1, "a"));
  private static final byte[] GET_A = frame("04", text(1, "a"));

  private final Transport transport;

  @TempDir
  Path root;

  private RunningServer server;

  HostileClientTest(Transport transport) {
    this.transport = transport;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void serve(FileStore store) {
    server = builder().store(store).start();
  }

  private void serveFolder() throws IOException {
    Files.writeString(root.resolve("a"), "content");
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(root.resolve("docs/hello.txt"), "Hello, world!\n");
    Files.write(root.resolve("a.txt"), new byte[3_000_000]);
    server = builder().root(root).start();
  }

  private FileServerBuilder builder() {
    return FileServer.builder()
        .socket(tcp -> tcp.port(0).transport(transport).loops(1))
        .workers(4)
        .idleTimeout(Duration.ofSeconds(20));
  }

  @Test
  void requestsThatNobodyHasReadYetWaitInTheNetworkAndNotInMemory() throws Exception {
    Semaphore gate = new Semaphore(0);
    serve(new Store() {
      @Override
      public Opening open(FileName name) {
        gate.acquireUninterruptibly();
        return new Refused("it was in no hurry");
      }
    });
    try (Socket socket = connect()) {
      socket.getOutputStream().write(HELLO);
      flood(socket, STAT_A, 100_000);
      awaitStandstill(() -> instances("io.pipewright.filetransfer.serving.Exchange"));
      assertThat(instances("io.pipewright.filetransfer.serving.Exchange")).isBetween(64L, 2_000L);
    } finally {
      gate.release(1_000_000);
    }
  }

  @Test
  void pagesThatNobodyReadsAreNotMade() throws Exception {
    AtomicInteger pages = new AtomicInteger();
    serve(new Store() {
      @Override
      public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
        pages.incrementAndGet();
        return page(limit);
      }
    });
    try (Socket socket = connect()) {
      socket.setReceiveBufferSize(4 << 10);
      socket.getOutputStream().write(HELLO);
      flood(socket, LIST_ROOT, 2_000).join();
      awaitStandstill(pages::get);
      assertThat(pages.get()).isLessThan(2_000);
      assertThat(instances(Entry.class.getName())).isLessThan(10 * 1_024);
    }
  }

  @Test
  void slowListingsKeepNobodyWaitingWhoWantsAFile() throws Exception {
    serve(new Store() {
      @Override
      public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
        try {
          Thread.sleep(300); // a disk that has to be asked
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return new Entries(List.of(), false);
      }
    });
    List<Socket> greedy = new ArrayList<>();
    try (RawPeer modest = RawPeer.connect(server.port())) {
      for (int i = 0; i < 6; i++) {
        greedy.add(connect());
        greedy.get(i).getOutputStream().write(HELLO);
        flood(greedy.get(i), LIST_ROOT, 64).join();
      }
      modest.send(HELLO);
      readAnswer(modest);
      long begin = System.nanoTime();
      modest.send(STAT_A);
      assertThat(readAnswer(modest)).isInstanceOf(Answer.Failure.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(500));
    } finally {
      for (Socket socket : greedy) {
        socket.close();
      }
    }
  }

  @Test
  void whatIsWrongWithTheLastRequestIsSaidBehindTheAnswersToThoseBeforeIt() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    serve(new Store() {
      @Override
      public Opening open(FileName name) {
        await().until(() -> gate.getCount() == 0);
        return new Refused("there is no such file");
      }
    });
    for (byte[] last : List.of(frame(""), new byte[] {0, 0, 0, 9, 3})) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(joined(HELLO, STAT_A, last));
        socket.shutdownOutput();
        gate.countDown();
        List<Answer> answers = answers(socket.getInputStream());
        assertThat(answers).hasSize(3);
        assertThat(((Answer.Failure) answers.get(1)).code()).isEqualTo(ErrorCode.NOT_GIVEN);
        assertThat(((Answer.Failure) answers.get(2)).code()).isEqualTo(ErrorCode.BAD_REQUEST);
      }
    }
  }

  @Test
  void aRequestOverTheMaximumEndsTheConnectionAndNoOther() throws IOException {
    serveFolder();
    try (RawPeer good = RawPeer.connect(server.port());
        RawPeer bad = RawPeer.connect(server.port())) {
      good.send(HELLO);
      readAnswer(good);
      bad.send(HELLO).send(HexFormat.of().parseHex("7fffffff"));
      assertThatItEnds(bad);
      good.send(STAT_A);
      assertThat(readAnswer(good)).isInstanceOf(Answer.FileFacts.class);
    }
  }

  @Test
  void whoHasNotSaidHelloGetsNothing() throws IOException {
    serveFolder();
    for (byte[] first : List.of(GET_A, LIST_ROOT, frame("7f"), frame(""))) {
      try (RawPeer peer = RawPeer.connect(server.port())) {
        peer.send(first).send(HELLO).send(GET_A);
        List<Answer> answers = decoded(peer.finishSending().receiveAll());
        assertThat(answers).hasSize(1);
        assertThat(((Answer.Failure) answers.get(0)).code()).isEqualTo(ErrorCode.BAD_REQUEST);
      }
    }
  }

  @Test
  void singleBytesThatDripInAreNoSignOfLife() throws Exception {
    Files.writeString(root.resolve("a"), "content");
    server = builder().root(root).idleTimeout(Duration.ofMillis(600)).start();
    try (Socket socket = connect()) {
      socket.getOutputStream().write(joined(HELLO, new byte[] {0, 0, 16, 0, 3}));
      long begin = System.nanoTime();
      int sent = 0;
      try {
        for (; sent < 100; sent++) {
          socket.getOutputStream().write(1);
          TimeUnit.MILLISECONDS.sleep(50); // the pace of a slow attack is the subject here
        }
      } catch (IOException e) {
        // the server has closed
      }
      assertThat(sent)
          .as("bytes in " + Duration.ofNanos(System.nanoTime() - begin))
          .isLessThan(60);
    }
  }

  @Test
  void whateverComesTheServerServesOnAndAnswersInItsProtocol() throws Exception {
    serveFolder();
    List<byte[]> requests = FuzzCorpusTest.inputs("requests").stream()
        .map(input -> Arrays.copyOfRange(input, 1, input.length))
        .toList();
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.writeBytes(HELLO);
      for (int n = random.nextInt(6); n >= 0; n--) {
        byte[] request = requests.get(random.nextInt(requests.size())).clone();
        if (random.nextInt(3) == 0) {
          request[random.nextInt(request.length)] = (byte) random.nextInt();
        }
        sent.writeBytes(request);
      }
      byte[] all = sent.toByteArray();
      try (Socket socket = connect()) {
        socket.getOutputStream().write(all);
        socket.shutdownOutput();
        assertThat(answers(socket.getInputStream()))
            .as("to " + HexFormat.of().formatHex(all))
            .isNotEmpty();
      }
    }
    try (RawPeer good = RawPeer.connect(server.port())) {
      good.send(HELLO).send(STAT_A);
      readAnswer(good);
      assertThat(readAnswer(good)).isInstanceOf(Answer.FileFacts.class);
    }
    await().until(() -> server.connections() <= 1);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static Thread flood(Socket socket, byte[] request, int times) {
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    IntStream.range(0, times).forEach(i -> many.writeBytes(request));
    Thread thread = new Thread(() -> {
      try {
        socket.getOutputStream().write(many.toByteArray());
      } catch (IOException e) {
        // closed meanwhile: the test has seen enough
      }
    });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private interface Figure {
    long now() throws Exception;
  }

  /** Until a number has not changed for half a second. */
  private static void awaitStandstill(Figure figure) {
    List<Long> seen = new ArrayList<>();
    await().pollInterval(Duration.ofMillis(250)).until(() -> {
      seen.add(figure.now());
      int n = seen.size();
      return n > 2
          && seen.get(n - 1).equals(seen.get(n - 2))
          && seen.get(n - 2).equals(seen.get(n - 3));
    });
  }

  /** How many live objects of a class there are. */
  private static long instances(String className) throws JMException {
    String histogram = (String) ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "gcClassHistogram",
            new Object[] {null},
            new String[] {String[].class.getName()});
    Matcher line = Pattern.compile(
            "^ *\\d+: +(\\d+) +\\d+ +" + Pattern.quote(className) + "( .*)?$", Pattern.MULTILINE)
        .matcher(histogram);
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  private static Entries page(int limit) {
    List<Entry> entries = IntStream.range(0, limit)
        .mapToObj(i -> new Entry(
            "a file with quite a name %08d".formatted(i),
            Entry.Kind.FILE,
            i,
            Instant.now(),
            new FileVersion(i, i)))
        .toList();
    return new Entries(entries, true);
  }

  /** One answer without raw bytes. */
  private static Answer readAnswer(RawPeer peer) {
    byte[] length = peer.receive(4);
    byte[] body = peer.receive(ByteBuffer.wrap(length).getInt());
    List<Answer> answers = decoded(joined(length, body));
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  /** Everything until the end, which must be one in order. */
  private static List<Answer> answers(InputStream in) throws IOException {
    return decoded(in.readAllBytes());
  }

  private static List<Answer> decoded(byte[] bytes) {
    EmbeddedChannel client =
        new EmbeddedChannel(NativeFraming.CLIENT.newDecoder().orElseThrow(), new AnswerCodec());
    client.writeInbound(Unpooled.wrappedBuffer(bytes));
    List<Answer> answers = client.inboundMessages().stream()
        .filter(Answer.class::isInstance)
        .map(Answer.class::cast)
        .toList();
    client.finishAndReleaseAll();
    return answers;
  }

  private static void assertThatItEnds(RawPeer peer) {
    try {
      peer.receiveAll();
    } catch (AssertionError e) {
      peer.expectReset();
    }
  }

  private static String field(int id, String hex) {
    return "%02x%04x%s".formatted(id, hex.length() / 2, hex);
  }

  private static String text(int id, String value) {
    return field(id, HexFormat.of().formatHex(value.getBytes(UTF_8)));
  }

  private static byte[] frame(String... hexBody) {
    String body = String.join("", hexBody);
    return HexFormat.of().parseHex("%08x".formatted(body.length() / 2) + body);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Has nothing; a test overrides what it is about. */
  private static class Store implements FileStore {

    @Override
    public Opening open(FileName name) {
      return new Refused("there is no such file");
    }

    @Override
    public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
      return new Refused("there is no such folder");
    }

    @Override
    public void close() {}
  }
}
