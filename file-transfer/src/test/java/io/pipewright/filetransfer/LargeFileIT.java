package io.pipewright.filetransfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sparse file of 5 GiB arrives exactly, with marks where an {@code int} or an unsigned one would run over: on io_uring
 * Netty's file regions deliver wrong bytes of the right length there.
 */
@Timeout(300)
class LargeFileIT {

  private static final long SIZE = 5L << 30;

  /** Marks of 16 bytes, from 8 before each boundary to 8 behind it; they do not overlap. */
  private static final Map<Long, byte[]> MARKS = new TreeMap<>();

  static {
    for (long boundary : new long[] {8, 1L << 20, 8L << 20, 1L << 31, 1L << 32, SIZE - 8}) {
      MARKS.put(boundary - 8, "mark %011x".formatted(boundary).getBytes(StandardCharsets.US_ASCII));
    }
  }

  @TempDir
  static Path root;

  @BeforeAll
  static void makeTheFile() throws IOException {
    try (FileChannel file = FileChannel.open(
        root.resolve("big"),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE,
        StandardOpenOption.SPARSE)) {
      for (Map.Entry<Long, byte[]> mark : MARKS.entrySet()) {
        assertThat(file.write(ByteBuffer.wrap(mark.getValue()), mark.getKey())).isEqualTo(16);
      }
      assertThat(file.size()).isEqualTo(SIZE);
    }
  }

  @ParameterizedTest
  @MethodSource("io.pipewright.filetransfer.Transports#here")
  void arrivesExactly(Transport transport) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (RunningServer server = FileServer.builder()
            .root(root)
            .socket(tcp -> tcp.port(0).transport(transport))
            .start();
        SocketChannel peer = SocketChannel.open(new InetSocketAddress(loopback, server.port()))) {
      peer.write(ByteBuffer.wrap("big\n".getBytes(StandardCharsets.US_ASCII)));
      assertThat(new Comparison(peer).run()).isEqualTo(SIZE);
    }
  }

  /** Compares what comes with what is expected, a block at a time: nearly all of it is zero, which is told quickly. */
  private static final class Comparison {

    private static final int BLOCK_BYTES = 1 << 20;

    private final SocketChannel peer;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private final ByteBuffer actual = ByteBuffer.allocateDirect(BLOCK_BYTES);

    Comparison(SocketChannel peer) {
      this.peer = peer;
    }

    /** Returns how many bytes came until the end, if none of them was wrong. */
    long run() throws IOException {
      long position = 0;
      while (fill()) {
        ByteBuffer expected = expectedAt(position, actual.remaining());
        int difference = actual.mismatch(expected);
        assertThat(difference).as("position of a wrong byte after %d", position).isEqualTo(-1);
        position += actual.remaining();
      }
      return position;
    }

    /** Fills the block; less than whole at the end. */
    private boolean fill() throws IOException {
      actual.clear();
      while (actual.hasRemaining() && peer.read(actual) >= 0) {
        // goes on
      }
      return actual.flip().hasRemaining();
    }

    private ByteBuffer expectedAt(long position, int length) {
      long end = position + length;
      if (MARKS.keySet().stream().noneMatch(at -> at < end && at + 16 > position)) {
        return zeros.duplicate().limit(length);
      }
      ByteBuffer expected = ByteBuffer.allocate(length);
      MARKS.forEach((at, mark) -> {
        for (int i = 0; i < mark.length; i++) {
          if (at + i >= position && at + i < end) {
            expected.put((int) (at + i - position), mark[i]);
          }
        }
      });
      return expected;
    }
  }
}
