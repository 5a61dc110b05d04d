package io.pipewright.filetransfer;

import static io.pipewright.filetransfer.FaultBed.BLOCK;
import static io.pipewright.filetransfer.FaultBed.assertSaved;
import static io.pipewright.filetransfer.FaultBed.client;
import static io.pipewright.filetransfer.FaultBed.endpoint;
import static org.awaitility.Awaitility.await;

import io.pipewright.RunningServer;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.FileChangedException;
import io.pipewright.shaping.Shaping;
import io.pipewright.testkit.NoLeaks;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever is sent a file while it changes learns so, or has the old content whole; and afterwards nobody spins. */
@Timeout(120)
@ExtendWith(NoLeaks.class)
class ChangingFileTest {

  /** More than a server reads ahead. */
  private static final int SIZE = 40 * BLOCK;

  @TempDir
  Path temp;

  /** What may happen to a file. */
  enum Change {
    TRUNCATED {
      @Override
      void apply(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(2 * BLOCK + 7);
        }
      }
    },
    APPENDED_TO {
      @Override
      void apply(Path file) throws IOException {
        Files.write(file, new byte[100], StandardOpenOption.APPEND);
      }
    },
    OVERWRITTEN {
      @Override
      void apply(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          ByteBuffer zeros = ByteBuffer.allocate(BLOCK);
          for (long at = 0; at < SIZE; at += BLOCK) {
            channel.write(zeros.clear(), at);
          }
        }
      }
    },
    REPLACED {
      @Override
      void apply(Path file) throws IOException {
        Path next = file.resolveSibling("next");
        Files.write(next, new byte[SIZE]);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      }
    },
    UNLINKED {
      @Override
      void apply(Path file) throws IOException {
        Files.delete(file);
      }
    };

    abstract void apply(Path file) throws IOException;
  }

  static Stream<Arguments> changes() {
    return Stream.of(Change.values())
        .flatMap(change -> Stream.concat(Stream.of(Transport.AUTO), Transports.here())
            .filter(transport -> transport == Transport.AUTO
                || change == Change.TRUNCATED
                || change == Change.OVERWRITTEN)
            .map(transport -> Arguments.of(change, transport)));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void isToldOrTheOldContentIsWhole(Change change, Transport transport) throws Exception {
    FaultBed bed = new FaultBed(temp);
    byte[] content = bed.file("f", SIZE);
    Shaping slow = Shaping.builder().writeBytesPerSecond(24L * BLOCK).build();
    try (RunningServer server =
            bed.serve(builder -> builder.socket(tcp -> tcp.shaping(slow).transport(transport)));
        FileClient client = client(endpoint(server)).build()) {
      CompletableFuture<Download> got = client.getAsync(bed.request("f"));
      await().until(() -> bed.verifiedBytes() >= 2L * BLOCK);
      change.apply(bed.file("f"));

      try {
        assertSaved(FaultBed.ended(got), content);
      } catch (FileChangedException e) {
        bed.assertNothingSaved("f");
      }
      FaultBed.assertQuiet();
    }
  }
}
