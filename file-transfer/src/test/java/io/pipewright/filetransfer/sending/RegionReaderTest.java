package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of a file a worker reads itself before the event loop may send it. */
class RegionReaderTest {

  private static final int SIZE = 5_000_000;
  private static final int STRIDE = 128 << 10;

  @TempDir
  Path temp;

  @Test
  void looksOnlyHereAndThereAtAFileThatIsInMemory() throws IOException {
    assertThat(bytesReadWhenAReadTakes(1_000)).isEqualTo((SIZE + STRIDE - 1) / STRIDE);
  }

  @Test
  void readsThroughAFileThatIsNot() throws IOException {
    assertThat(bytesReadWhenAReadTakes(2_000_000)).isGreaterThanOrEqualTo(SIZE);
  }

  private long bytesReadWhenAReadTakes(long nanos) throws IOException {
    Path path = Files.write(temp.resolve("f"), new byte[SIZE]);
    AtomicLong clock = new AtomicLong();
    FileWorkers workers = new FileWorkers(1, 1);
    CountingChannel channel = new CountingChannel(FileChannel.open(path));
    SharedFile file = new SharedFile(new ChannelFile(channel, SIZE), workers);
    List<Piece> pieces =
        new RegionReader(channel, () -> clock.getAndAdd(nanos)).read(file, 0, SIZE);
    assertThat(pieces.stream().mapToInt(Piece::bytes).sum()).isEqualTo(SIZE);
    Piece.release(pieces);
    file.release();
    workers.close();
    return channel.bytesRead();
  }
}
