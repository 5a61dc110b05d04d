package io.pipewright.filetransfer.saving;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

  private static final FileName NAME = (FileName) FileName.parse("a/b.txt");
  private static final FileVersion VERSION = new FileVersion(0x0102030405060708L, -1);

  @TempDir
  Path folder;

  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("journal");
  }

  /** What a journal says, as text. */
  private static final class Heard implements JournalReader.Content {

    private final List<String> said = new ArrayList<>();

    @Override
    public void file(String name, long size) {
      said.add("file " + name + " " + size);
    }

    @Override
    public void server(String server, FileVersion version) {
      said.add("server " + server + " " + version);
    }

    @Override
    public boolean block(int index, int sum) {
      said.add("block " + index + " " + sum);
      return index < 100;
    }
  }

  private Journal open() throws IOException {
    return new Journal(FileChannel.open(
        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
  }

  private List<String> read() throws IOException {
    Heard heard = new Heard();
    try (Journal journal = open()) {
      return journal.resume(heard) ? heard.said : List.of("none");
    }
  }

  private void write() throws IOException {
    try (Journal journal = open()) {
      journal.begin(NAME, 5L << 30);
      journal.server("files.example:7000", VERSION);
      journal.block(0, 17);
      journal.block(3, -1);
    }
  }

  private static final List<String> WRITTEN = List.of(
      "file a/b.txt 5368709120",
      "server files.example:7000 0102030405060708ffffffffffffffff",
      "block 0 17",
      "block 3 -1");

  @Test
  void saysWhatWasWritten() throws IOException {
    write();
    assertThat(read()).isEqualTo(WRITTEN);
  }

  @Test
  void hasTheDocumentedFormat() throws IOException {
    write();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));

    byte[] magic = new byte[8];
    bytes.get(magic);
    assertThat(magic).isEqualTo("\u0089PWJRNL\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(bytes.getInt()).isEqualTo(1);
    long life = bytes.getLong();
    assertThat(bytes.getInt()).isEqualTo(Journal.sum(bytes, 0, 20));

    assertThat(bytes.get()).isEqualTo((byte) 1);
    assertThat(bytes.getShort()).isEqualTo((short) (8 + 7));
    assertThat(bytes.getLong()).isEqualTo(5L << 30);
    byte[] name = new byte[7];
    bytes.get(name);
    assertThat(name).isEqualTo("a/b.txt".getBytes(StandardCharsets.UTF_8));
    ByteBuffer summed = ByteBuffer.allocate(8 + 3 + 15).putLong(life).put(bytes.slice(24, 18));
    assertThat(bytes.getInt()).isEqualTo(Journal.sum(summed, 0, 26));

    assertThat(bytes.position()).isEqualTo(24 + 3 + 15 + 4);
    assertThat(bytes.remaining()).isEqualTo(3 + 16 + 18 + 4 + 2 * (3 + 8 + 4));
  }

  @Test
  void goesOnBehindWhatIsWholeWhereverItIsCut() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (Journal journal = open()) {
        Heard heard = new Heard();
        if (journal.resume(heard)) {
          journal.block(9, 9);
        }
        assertThat(WRITTEN.subList(0, heard.said.size())).isEqualTo(heard.said);
        assertThat(heard.said).hasSizeLessThan(WRITTEN.size());
      }
      assertThat(read().get(read().size() - 1)).isIn("block 9 9", "none");
    }
  }

  @Test
  void believesNothingFromTheFirstWrongByteOn() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] wrong = whole.clone();
      wrong[at] ^= 0x10;
      Files.write(file, wrong);
      List<String> said = read();
      if (!said.equals(List.of("none"))) {
        assertThat(said).hasSizeLessThan(WRITTEN.size());
        assertThat(WRITTEN.subList(0, said.size())).isEqualTo(said);
      }
    }
  }

  @Test
  void survivesAnythingInItsPlace() throws IOException {
    Random random = new Random(7);
    write();
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(300_000)];
      random.nextBytes(noise);
      System.arraycopy(whole, 0, noise, 0, Math.min(noise.length, random.nextInt(whole.length)));
      Files.write(file, noise);
      assertThat(read()).hasSizeLessThanOrEqualTo(WRITTEN.size());
    }
  }

  @Test
  void forgetsEverythingWhenItBeginsAnew() throws IOException {
    write();
    byte[] old = Files.readAllBytes(file);
    try (Journal journal = open()) {
      journal.begin(NAME, 5L << 30);
    }
    byte[] begun = Files.readAllBytes(file);
    assertThat(read()).isEqualTo(WRITTEN.subList(0, 1));

    // after a power cut, old bytes may stand behind the new ones
    byte[] mixed = old.clone();
    System.arraycopy(begun, 0, mixed, 0, begun.length);
    Files.write(file, mixed);
    assertThat(read()).isEqualTo(WRITTEN.subList(0, 1));
  }

  @Test
  void endsAtABlockThatTheFileHasNot() throws IOException {
    try (Journal journal = open()) {
      journal.begin(NAME, 1);
      journal.block(100, 0);
      journal.block(1, 1);
    }
    read();
    assertThat(read()).containsExactly("file a/b.txt 1");
  }

  @Test
  void passesRecordsOfLaterVersionsBy() throws IOException {
    try (Journal journal = open()) {
      journal.begin(NAME, 1);
    }
    byte[] begun = Files.readAllBytes(file);
    ByteBuffer record = ByteBuffer.allocate(8 + 3 + 5 + 4);
    record.put(begun, 12, 8).put((byte) 77).putShort((short) 5).put(new byte[5]);
    record.putInt(Journal.sum(record, 0, 16));
    Files.write(file, Arrays.copyOfRange(record.array(), 8, 20), StandardOpenOption.APPEND);
    Heard heard = new Heard();
    try (Journal journal = open()) {
      assertThat(journal.resume(heard)).isTrue();
      journal.block(1, 1);
    }
    assertThat(read()).containsExactly("file a/b.txt 1", "block 1 1");
  }

  @Test
  void holdsAHundredThousandBlocks() throws IOException {
    try (Journal journal = open()) {
      journal.begin(NAME, 100_000L << 20);
      for (int i = 0; i < 100_000; i++) {
        journal.block(i % 100, i);
      }
    }
    assertThat(read()).hasSize(100_001).endsWith("block 99 99999");
  }
}
