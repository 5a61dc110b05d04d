package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.link.GetReceiver;
import io.pipewright.filetransfer.link.NativeConnection;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.tcp.TcpClient;
import io.pipewright.testkit.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server can say to a client: everything that was asked ends, in an answer or in an error with a name. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class HostileServerTest {

  private static final int CONVERSATIONS = 200;
  private static final byte[] WELCOME =
      HexFormat.of().parseHex("0000001c810100040000000102000a7069706577726967687403000400100000");
  private static final FileName NAME = (FileName) FileName.parse("docs/hello.txt");
  private static final FileVersion VERSION =
      FileVersion.of(HexFormat.of().parseHex("0f1e2d3c4b5a69788796a5b4c3d2e1f0"));

  @Test
  void whateverItSaysEveryQuestionHasAnEnd() throws Exception {
    List<byte[]> answers = FuzzCorpusTest.inputs("answers").stream()
        .map(input -> Arrays.copyOfRange(input, 1, input.length))
        .toList();
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TcpClient tcp = client(listener.getLocalPort())) {
      for (int seed = 0; seed < CONVERSATIONS; seed++) {
        byte[] sent = conversation(answers, new Random(seed));
        CompletableFuture<Void> said = CompletableFuture.runAsync(() -> say(listener, sent));
        for (CompletableFuture<?> asked : ask(tcp)) {
          Throwable failure = catchThrowable(() -> asked.get(20, TimeUnit.SECONDS));
          assertThat(failure == null ? null : failure.getCause())
              .as("what became of a question when a server said "
                  + HexFormat.of().formatHex(sent))
              .satisfiesAnyOf(
                  cause -> assertThat(cause).isNull(),
                  cause -> assertThat(cause).isInstanceOf(PipewrightException.class));
        }
        said.join();
      }
    }
  }

  private static byte[] conversation(List<byte[]> answers, Random random) {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    sent.writeBytes(WELCOME);
    for (int n = random.nextInt(8); n >= 0; n--) {
      byte[] answer = answers.get(random.nextInt(answers.size())).clone();
      if (random.nextInt(3) == 0) {
        answer[random.nextInt(answer.length)] = (byte) random.nextInt();
      }
      sent.writeBytes(answer);
    }
    return sent.toByteArray();
  }

  /** Says it all at once, and ends in order when the client has ended. */
  private static void say(ServerSocket listener, byte[] all) {
    try (Socket socket = listener.accept()) {
      socket.getOutputStream().write(all);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // the client has had enough
    }
  }

  private static TcpClient client(int port) {
    return TcpClient.builder()
        .host("127.0.0.1")
        .port(port)
        .pipeline(NativeConnection.pipeline(false))
        .build();
  }

  private static List<CompletableFuture<?>> ask(TcpClient tcp) throws Exception {
    CompletableFuture<NativeConnection> opening =
        NativeConnection.open(tcp, Optional.empty(), Duration.ofSeconds(10));
    NativeConnection connection;
    try {
      connection = opening.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return List.of(opening);
    }
    CompletableFuture<?> get = connection.get(
        new Request.Get(NAME, Optional.of(VERSION), 7, OptionalLong.of(7)), new Releasing());
    CompletableFuture<?> list =
        connection.list(Optional.empty(), Optional.empty(), OptionalInt.empty());
    CompletableFuture<?> stat = connection.stat(NAME);
    CompletableFuture<?> sums = connection.sums(new Request.Sums(NAME, VERSION, 0, 1));
    return List.of(get, list, stat, sums, connection.closed());
  }

  /** Wants nothing. */
  private static final class Releasing implements GetReceiver {

    @Override
    public void facts(Answer.FileFacts facts) {}

    @Override
    public void block(Answer.Data header) {}

    @Override
    public void bytes(ByteBuf piece) {
      piece.release();
    }

    @Override
    public void blockEnded() {}
  }
}
