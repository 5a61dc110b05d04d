package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.RunningServer;
import io.pipewright.examples.EmbeddedFileStore.MemoryStore;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.StoredFile;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmbeddedFileStoreTest {

  private final MemoryStore store = new MemoryStore();

  @Test
  void aClientGetsWhatTheProgramHasInMemory() throws Exception {
    String text = "0123456789abcdef".repeat(100_000);
    store.put("reports/large.txt", text);
    try (RunningServer server = Commands.server(new EmbeddedFileStore()).start(store);
        Peer client = new Peer(server.port())) {
      client.send("reports/large.txt\n");
      assertThat(client.receiveAll(UTF_8)).isEqualTo(text);
    }
  }

  @Test
  void aFileThatIsPutAgainHasAnotherVersionIfItHasOtherBytes() throws Exception {
    store.put("f", "first");
    StoredFile file = (StoredFile) store.open(FileName.of("f"));
    store.put("f", "first");
    assertThat(file.currentVersion()).isEqualTo(file.version());
    store.put("f", "other");
    assertThat(file.currentVersion()).isNotIn(file.version(), FileVersion.GONE);
  }

  @Test
  void readsAsAFileDoes() throws Exception {
    store.put("f", "12345");
    StoredFile file = (StoredFile) store.open(FileName.of("f"));
    ByteBuffer target = ByteBuffer.allocate(3);
    assertThat(file.read(target, 1)).isEqualTo(3);
    assertThat(target.array()).asString(UTF_8).isEqualTo("234");
    assertThat(file.read(target.clear(), 4)).isEqualTo(1);
    assertThat(file.read(target, 5)).isEqualTo(-1);
    assertThat(file.read(target, Long.MAX_VALUE)).isEqualTo(-1);
  }

  @Test
  void listsFoldersThatAreNothingButPartsOfNames() {
    for (String name : new String[] {"a", "d/x", "d/y", "d/e/z", "b"}) {
      store.put(name, name);
    }
    assertThat(list("", "", 9)).isEqualTo("a b d/");
    assertThat(list("", "a", 1)).isEqualTo("b …");
    assertThat(list("d", "", 9)).isEqualTo("e/ x y");
    assertThat(list("d", "y", 9)).isEmpty();
    assertThat(store.list(Optional.of(FileName.of("c")), Optional.empty(), 9))
        .isEqualTo(new Refused("there is no such folder"));
  }

  private String list(String folder, String after, int limit) {
    Entries page = (Entries) store.list(
        Optional.of(folder).filter(name -> !name.isEmpty()).map(FileName::of),
        Optional.of(after).filter(name -> !name.isEmpty()),
        limit);
    StringBuilder names = new StringBuilder();
    for (Entry entry : page.entries()) {
      names.append(entry.name()).append(entry.kind() == Entry.Kind.FOLDER ? "/ " : " ");
    }
    return names.append(page.more() ? "…" : "").toString().strip();
  }
}
