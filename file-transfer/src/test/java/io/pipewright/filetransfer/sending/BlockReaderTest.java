package io.pipewright.filetransfer.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.FileRegion;
import io.pipewright.filetransfer.block.Blocks;
import io.pipewright.filetransfer.protocol.Answer;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks with their headers, as regions and as buffers of every size. */
class BlockReaderTest {

  private static final int SIZE = 10_500_000;

  private final byte[] content = new byte[SIZE];
  private final FileWorkers workers = new FileWorkers(1, 1);
  private final Summing summing = new Summing(new SumCache(1 << 20));
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  @TempDir
  Path temp;

  private CountingChannel channel;
  private VersionedFile stored;
  private SharedFile file;

  /** A file whose version the test changes. */
  private static final class VersionedFile extends FilterFile {

    private FileVersion now = new FileVersion(1, 1);
    private int looks;

    VersionedFile(FileChannel channel) {
      super(new ChannelFile(channel, SIZE));
    }

    @Override
    public FileVersion currentVersion() {
      looks++;
      return now;
    }
  }

  @BeforeEach
  void open() throws IOException {
    new Random(5).nextBytes(content);
    channel = new CountingChannel(FileChannel.open(Files.write(temp.resolve("f"), content)));
    stored = new VersionedFile(channel);
    file = new SharedFile(stored, workers);
  }

  @AfterEach
  void close() {
    file.release();
    workers.close();
  }

  private PieceReader buffers(long shareBytes) {
    return new BufferReader(
        allocator, new BufferMemory(new BufferShare(shareBytes), BufferShareTest.quick()));
  }

  /** Reads a part stretch by stretch, checks it against the file, and says how many stretches it was. */
  private int check(PieceReader pieces, int begin, int end) throws IOException {
    BlockReader reader = new BlockReader(pieces, summing, begin, end);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Answer.Data block = null;
    int stretches = 0;
    for (int at = begin; at < end; stretches++) {
      int length = reader.stretch(at, end);
      assertThat(length).isBetween(1, end - at);
      for (Piece piece : reader.read(file, at, length)) {
        if (piece.message() instanceof Answer.Data header) {
          assertThat(block == null || block.end() == header.offset()).isTrue();
          assertThat(header.offset()).isEqualTo(begin + bytes.size());
          assertThat(header.end())
              .isEqualTo(Math.min(end, header.offset() + Blocks.toNextLine(header.offset())));
          assertThat(header.sum()).isEqualTo(sum((int) header.offset(), (int) header.end()));
          block = header;
        } else {
          assertThat(piece.bytes()).isEqualTo(write(piece.message(), bytes));
          piece.release();
        }
      }
      at += length;
      assertThat(bytes.size()).isEqualTo(at - begin);
    }
    assertThat(bytes.toByteArray()).isEqualTo(Arrays.copyOfRange(content, begin, end));
    assertThat(block.end()).isEqualTo(end);
    return stretches;
  }

  private int write(Object message, ByteArrayOutputStream target) throws IOException {
    if (message instanceof FileRegion region) {
      ByteBuffer bytes = ByteBuffer.allocate((int) region.count());
      try (FileChannel again = FileChannel.open(temp.resolve("f"))) {
        again.read(bytes, region.position());
      }
      target.write(bytes.array(), 0, bytes.position());
      return bytes.position();
    }
    ByteBuf buffer = ((ByteBufHolder) message).content();
    int length = buffer.readableBytes();
    buffer.getBytes(buffer.readerIndex(), target, length);
    return length;
  }

  private int sum(int from, int to) {
    CRC32C sum = new CRC32C();
    sum.update(content, from, to - from);
    return (int) sum.getValue();
  }

  @Test
  void putsAHeaderBeforeTheRegionsOfEachBlock() throws IOException {
    assertThat(check(new RegionReader(channel), 0, SIZE)).isEqualTo(3);
    check(new RegionReader(channel), 1, 2);
    check(new RegionReader(channel), Blocks.BYTES - 1, 3 * Blocks.BYTES + 1);
    check(new RegionReader(channel), 123_456, SIZE - 17);
  }

  @Test
  void putsAHeaderBeforeTheBuffersOfEachBlockHoweverShortTheyAre() throws IOException {
    for (long share : new long[] {64 << 20, 200_000, 1}) {
      check(buffers(share), 0, SIZE);
      check(buffers(share), 123_456, 5_000_000);
    }
  }

  @Test
  void readsABlockOnceForItsSumAndItsBytesWhenMemoryLetsIt() throws IOException {
    check(buffers(64 << 20), 0, SIZE);
    assertThat(channel.bytesRead()).isEqualTo(SIZE);
    long before = channel.bytesRead();
    check(buffers(1), 0, SIZE);
    assertThat(channel.bytesRead() - before).as("the sums are known now").isEqualTo(SIZE);
  }

  @Test
  void looksAtTheVersionBehindTheSumsOnceAStretch() throws IOException {
    assertThat(check(new RegionReader(channel), 0, SIZE)).isEqualTo(stored.looks);
  }

  @Test
  void handsOnNothingOfAFileThatHasChanged() {
    stored.now = new FileVersion(1, 2);
    for (PieceReader pieces : List.of(new RegionReader(channel), buffers(1), buffers(64 << 20))) {
      BlockReader reader = new BlockReader(pieces, summing, 0, SIZE);
      assertThatThrownBy(() -> reader.read(file, 0, reader.stretch(0, SIZE)))
          .isInstanceOf(VersionChangedException.class);
    }
    assertThat(summing.known(file, 0, Blocks.BYTES))
        .as("sums of who knows what")
        .isEmpty();
  }
}
