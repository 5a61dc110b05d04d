package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.pipewright.RunningServer;
import io.pipewright.filetransfer.block.BlockSums;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.link.GetEnd;
import io.pipewright.filetransfer.link.LinkBrokenException;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Answer.Entries;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.Answer.SumList;
import io.pipewright.filetransfer.protocol.ErrorCode;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.shaping.Shaping;
import io.pipewright.tcp.TcpClient;
import io.pipewright.tcp.TcpClientBuilder;
import io.pipewright.testkit.NoLeaks;
import io.pipewright.tls.ClientTls;
import io.pipewright.tls.ServerTls;
import io.pipewright.tls.TlsProvider;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One connection of a client and the real server, on every transport, plain and under TLS. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class NativeTransferTest {

  private static final int SIZE = 5 * Blocks.BYTES + 12_345;
  private static final int SMALL_FILES = 500;
  private static final FileName BIG = name("big");

  @TempDir
  static Path temp;

  private static Path root;
  private static byte[] big;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void makeFiles() throws Exception {
    root = Files.createDirectory(temp.resolve("root"));
    big = new byte[SIZE];
    new Random(11).nextBytes(big);
    Files.write(root.resolve("big"), big);
    Files.createFile(root.resolve("empty"));
    Path many = Files.createDirectory(root.resolve("many"));
    for (int i = 0; i < SMALL_FILES; i++) {
      Files.write(many.resolve("f" + i), small(i));
    }
    X509Bundle bundle = new CertificateBuilder()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
    certificate = Files.writeString(temp.resolve("server.pem"), bundle.getCertificatePEM());
    key = Files.writeString(temp.resolve("server.key"), bundle.getPrivateKeyPEM());
  }

  private static byte[] small(int number) {
    byte[] content = new byte[number * 11];
    new Random(number).nextBytes(content);
    return content;
  }

  private static FileName name(String text) {
    return (FileName) FileName.parse(text);
  }

  static Stream<Arguments> transportsAndTls() {
    return Transports.here()
        .flatMap(transport -> Stream.of(
                Optional.<TlsProvider>empty(),
                Optional.of(TlsProvider.BORINGSSL),
                Optional.of(TlsProvider.JDK))
            .map(tls -> Arguments.of(transport, tls)));
  }

  private static FileServerBuilder server() {
    return FileServer.builder().root(root).socket(tcp -> tcp.port(0));
  }

  private static int port(RunningServer server) {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  private static TcpClient client(int port, UnaryOperator<TcpClientBuilder> settings) {
    return settings
        .apply(TcpClient.builder().port(port).pipeline(NativeConnection.pipeline(false)))
        .build();
  }

  private static NativeConnection open(TcpClient tcp) {
    return NativeConnection.open(tcp, Optional.empty(), Duration.ofSeconds(20)).join();
  }

  private static Request.Get range(FileName name, long offset, long length) {
    return new Request.Get(name, Optional.empty(), offset, OptionalLong.of(length));
  }

  private static Request.Get whole(FileName name) {
    return new Request.Get(name, Optional.empty(), 0, OptionalLong.empty());
  }

  private static ErrorCode codeOf(CompletableFuture<?> future) {
    return ((RemoteFailure) causeOf(future)).code();
  }

  private static Throwable causeOf(CompletableFuture<?> future) {
    try {
      throw new AssertionError("it did not fail but gave " + future.join());
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  @ParameterizedTest
  @MethodSource("transportsAndTls")
  void bringsRangesThatTheirSumsVouchFor(Transport transport, Optional<TlsProvider> provider) {
    FileServerBuilder builder = server().socket(tcp -> tcp.transport(transport));
    provider.ifPresent(tls -> builder.socket(tcp ->
        tcp.tls(ServerTls.builder().certificate(certificate, key).provider(tls).build())));
    UnaryOperator<TcpClientBuilder> settings = tcp -> {
      tcp.transport(transport).host("localhost");
      provider.ifPresent(
          tls -> tcp.tls(ClientTls.builder().trust(certificate).provider(tls).build()));
      return tcp;
    };
    try (RunningServer server = builder.start();
        TcpClient tcp = client(port(server), settings);
        NativeConnection connection = open(tcp)) {
      List<Request.Get> ranges = List.of(
          whole(BIG),
          range(BIG, 0, 0),
          range(BIG, SIZE, 0),
          range(BIG, 1, 1),
          range(BIG, Blocks.BYTES - 1, 2),
          range(BIG, 2 * Blocks.BYTES, Blocks.BYTES),
          range(BIG, 700_001, 3_000_003));
      List<BlockCheck> checks = new ArrayList<>();
      List<CompletableFuture<GetEnd>> ends = new ArrayList<>();
      for (Request.Get range : ranges) {
        checks.add(new BlockCheck(range.offset(), SIZE));
        ends.add(connection.get(range, checks.get(checks.size() - 1)));
      }
      for (int i = 0; i < ranges.size(); i++) {
        Request.Get range = ranges.get(i);
        int end = (int) range.endIn(SIZE).orElseThrow();
        assertThat(ends.get(i).join()).isEqualTo(new GetEnd(end, Optional.empty()));
        assertThat(checks.get(i).badBlocks()).isZero();
        assertThat(checks.get(i).content())
            .isEqualTo(Arrays.copyOfRange(big, (int) range.offset(), end));
      }
    }
  }

  @Test
  void manySmallFilesArePipelined() {
    try (RunningServer server = server().start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      List<BlockCheck> checks = new ArrayList<>();
      List<CompletableFuture<GetEnd>> ends = new ArrayList<>();
      for (int i = 0; i < SMALL_FILES; i++) {
        checks.add(new BlockCheck(0, 11 * SMALL_FILES));
        ends.add(connection.get(whole(name("many/f" + i)), checks.get(i)));
      }
      for (int i = 0; i < SMALL_FILES; i++) {
        assertThat(ends.get(i).join().isComplete()).isTrue();
        assertThat(checks.get(i).badBlocks()).isZero();
        assertThat(checks.get(i).content()).isEqualTo(small(i));
      }
    }
  }

  @Test
  void tellsWhatAFileIsAndWhatItsBlocksSumUpTo() {
    try (RunningServer server = server().start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      FileFacts facts = connection.stat(BIG).join();
      SumList sums =
          connection.sums(new Request.Sums(BIG, facts.version(), 3, 256)).join();

      assertThat(facts.size()).isEqualTo(SIZE);
      assertThat(sums.sums()).containsExactly(sumOfBlock(3), sumOfBlock(4), sumOfBlock(5));
    }
  }

  private static int sumOfBlock(int index) {
    int offset = index * Blocks.BYTES;
    return BlockSums.of(ByteBuffer.wrap(big, offset, Blocks.length(index, SIZE)));
  }

  @Test
  void listsAFolderPageByPage() {
    try (RunningServer server = server().start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      List<String> names = new ArrayList<>();
      Optional<String> after = Optional.empty();
      for (boolean more = true; more; ) {
        Entries page = connection
            .list(Optional.of(name("many")), after, OptionalInt.of(70))
            .join();
        page.entries().stream().map(Entry::name).forEach(names::add);
        after = Optional.of(names.get(names.size() - 1));
        more = page.more();
      }

      assertThat(names).hasSize(SMALL_FILES).doesNotHaveDuplicates().isSorted();
    }
  }

  @Test
  void refusalsAreAnswersAndTheConnectionGoesOn() {
    try (RunningServer server = server().start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      FileVersion other = FileVersion.of(new byte[FileVersion.BYTES]);
      BlockCheck nothing = new BlockCheck(0, 0);

      assertThat(codeOf(connection.stat(name("missing")))).isEqualTo(ErrorCode.NOT_GIVEN);
      assertThat(codeOf(connection.list(Optional.of(BIG), Optional.empty(), OptionalInt.empty())))
          .isEqualTo(ErrorCode.NOT_GIVEN);
      assertThat(codeOf(connection.sums(new Request.Sums(BIG, other, 0, 1))))
          .isEqualTo(ErrorCode.CHANGED);
      assertThat(failureOf(connection.get(
              new Request.Get(BIG, Optional.of(other), 0, OptionalLong.empty()), nothing)))
          .isEqualTo(ErrorCode.CHANGED);
      assertThat(failureOf(connection.get(range(BIG, SIZE, 1), nothing)))
          .isEqualTo(ErrorCode.OUT_OF_RANGE);
      assertThat(connection.stat(name("empty")).join().size()).isZero();
    }
  }

  private static ErrorCode failureOf(CompletableFuture<GetEnd> end) {
    return end.join().failure().orElseThrow().code();
  }

  @Test
  void whoDoesNotKnowTheSecretIsTurnedAway() {
    try (RunningServer server =
            server().secret(Secret.of("sesame")).secretOverPlaintext(true).start();
        TcpClient tcp = client(port(server), UnaryOperator.identity())) {
      Duration timeout = Duration.ofSeconds(20);
      assertThat(codeOf(NativeConnection.open(tcp, Optional.empty(), timeout)))
          .isEqualTo(ErrorCode.UNAUTHORIZED);
      assertThat(codeOf(NativeConnection.open(tcp, Optional.of(Secret.of("simsim")), timeout)))
          .isEqualTo(ErrorCode.UNAUTHORIZED);

      try (NativeConnection connection =
          NativeConnection.open(tcp, Optional.of(Secret.of("sesame")), timeout).join()) {
        assertThat(connection.stat(BIG).join().size()).isEqualTo(SIZE);
      }
    }
  }

  @Test
  void aServerThatDrainsSaysWhereToGoOn() {
    Shaping slow = Shaping.builder().writeBytesPerSecond(4L * Blocks.BYTES).build();
    try (RunningServer server = server().socket(tcp -> tcp.shaping(slow)).start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection busy = open(tcp);
        NativeConnection idle = open(tcp)) {
      BlockCheck check = new BlockCheck(0, SIZE);
      CompletableFuture<GetEnd> got = busy.get(whole(BIG), check);
      await().until(() -> check.blocks() >= 1);
      server.drainAsync(Duration.ofSeconds(20));

      GetEnd end = got.join();
      RemoteFailure failure = end.failure().orElseThrow();
      assertThat(failure.code()).isEqualTo(ErrorCode.DRAINING);
      assertThat(failure.offset()).hasValue(end.position());
      assertThat(failure.retryAfter()).isPresent();
      assertThat(end.position() % Blocks.BYTES).isZero();
      assertThat(check.content()).isEqualTo(Arrays.copyOf(big, (int) end.position()));
      busy.closed().join();
      idle.closed().join();
    }
  }

  @Test
  void aServerThatIsKilledBreaksTheConnection() {
    Shaping slow = Shaping.builder().writeBytesPerSecond(4L * Blocks.BYTES).build();
    try (RunningServer server = server().socket(tcp -> tcp.shaping(slow)).start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      BlockCheck check = new BlockCheck(0, SIZE);
      CompletableFuture<GetEnd> got = connection.get(whole(BIG), check);
      await().until(() -> check.blocks() >= 1);
      server.drainAsync(Duration.ZERO);

      try {
        assertThat(got.join().failure()).isPresent();
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(LinkBrokenException.class);
      }
      connection.closed().join();
    }
  }

  @Test
  void noBlockOfAFileThatChangesMeanwhileIsTakenForOneOfTheOldContent() throws IOException {
    int size = 48 * Blocks.BYTES; // more than a server reads ahead
    Path changing = root.resolve("changing");
    try (RandomAccessFile sparse = new RandomAccessFile(changing.toFile(), "rw")) {
      sparse.setLength(size);
    }
    Shaping slow = Shaping.builder().writeBytesPerSecond(16L * Blocks.BYTES).build();
    try (RunningServer server = server().socket(tcp -> tcp.shaping(slow)).start();
        TcpClient tcp = client(port(server), UnaryOperator.identity());
        NativeConnection connection = open(tcp)) {
      BlockCheck check = new BlockCheck(0, size);
      CompletableFuture<GetEnd> got = connection.get(whole(name("changing")), check);
      await().until(() -> check.blocks() >= 1);
      Files.write(changing, new byte[] {1}, StandardOpenOption.APPEND);

      GetEnd end = got.join();
      assertThat(end.failure().orElseThrow().code()).isEqualTo(ErrorCode.CHANGED);
      assertThat(end.position()).isLessThan(size);
      assertThat(check.badBlocks()).isZero();
      assertThat(check.content()).isEqualTo(new byte[(int) end.position()]);
      assertThat(codeOf(
              connection.sums(new Request.Sums(name("changing"), check.facts().version(), 0, 1))))
          .isEqualTo(ErrorCode.CHANGED);
    } finally {
      Files.delete(changing);
    }
  }
}
