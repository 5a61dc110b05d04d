package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What tests ask of stores. */
final class Stores {

  private Stores() {}

  static StoredFile open(FileStore store, String name) {
    Opening opening = store.open(FileName.of(name));
    assertThat(opening).as(name).isInstanceOf(StoredFile.class);
    return (StoredFile) opening;
  }

  static String read(FileStore store, String name) throws IOException {
    try (StoredFile file = open(store, name)) {
      return read(file);
    }
  }

  static String read(StoredFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size() + 1);
    int read;
    do {
      read = file.read(bytes, bytes.position());
    } while (read > 0);
    assertThat(bytes.position()).isEqualTo((int) file.size());
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  static FileVersion version(FileStore store, String name) {
    try (StoredFile file = open(store, name)) {
      return file.version();
    }
  }

  static String refusal(FileStore store, String name) {
    Opening opening = store.open(FileName.of(name));
    assertThat(opening).as(name).isInstanceOf(Refused.class);
    return ((Refused) opening).reason();
  }

  static Entries page(FileStore store, String folder, String after, int limit) {
    Listing listing = store.list(
        Optional.of(folder).filter(name -> !name.isEmpty()).map(FileName::of),
        Optional.of(after).filter(name -> !name.isEmpty()),
        limit);
    assertThat(listing).as(folder).isInstanceOf(Entries.class);
    return (Entries) listing;
  }

  /** Every entry of a folder, a page after the other. */
  static List<Entry> list(FileStore store, String folder, int limit) {
    List<Entry> all = new ArrayList<>();
    Entries page;
    String after = "";
    do {
      page = page(store, folder, after, limit);
      assertThat(page.entries().size()).isLessThanOrEqualTo(limit);
      all.addAll(page.entries());
      after = all.isEmpty() ? "" : all.get(all.size() - 1).name();
    } while (page.more());
    return all;
  }

  static List<String> names(FileStore store, String folder, int limit) {
    return list(store, folder, limit).stream().map(Entry::name).toList();
  }

  static void mkfifo(Path path) throws IOException, InterruptedException {
    Process mkfifo;
    try {
      mkfifo = new ProcessBuilder("mkfifo", path.toString()).start();
    } catch (IOException e) {
      assumeTrue(false, "mkfifo is not on this machine");
      throw e;
    }
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assumeTrue(mkfifo.exitValue() == 0, "mkfifo works here");
  }
}
