package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Somebody who may write in the shared folder against somebody who reads: a folder and a file in it
 * are exchanged for links that lead out, as fast as can be, while they are asked for.
 *
 * <pre>
 *   root/sub/f          "inside"   ◄─ asked for as sub/f ─►  root/sub ─► outside/,  outside/f "outside"
 *   root/sub/g          "inside"   ◄─ asked for as sub/g ─►  root/sub/g ─► outside/f
 *   root/sub/inside     listed                               outside/outside: never
 * </pre>
 */
final class RenameRace {

  private final Path root;
  private final Path outside;

  private int given;
  private int refused;
  private int listed;

  RenameRace(Path temp) throws IOException {
    root = Files.createDirectories(temp.resolve("root/sub")).getParent();
    outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(root.resolve("sub/f"), "inside");
    Files.writeString(root.resolve("sub/g"), "inside");
    Files.createFile(root.resolve("sub/inside"));
    Files.writeString(outside.resolve("f"), "outside");
    Files.writeString(outside.resolve("g"), "outside");
    Files.createFile(outside.resolve("outside"));
    Files.createSymbolicLink(root.resolve("folder-link"), outside);
    Files.createSymbolicLink(root.resolve("file-link"), outside.resolve("f"));
  }

  /** Runs the race, and fails if the reader ever sees what is outside. */
  void run(int exchanges, SharingPolicy policy) throws Exception {
    ExecutorService attacker = Executors.newSingleThreadExecutor();
    try (SharedFolder folder = SharedFolder.open(root, policy);
        FileStore.Visit visit = folder.visit()) {
      Future<?> attack = attacker.submit(attack(exchanges));
      do {
        read(folder::open, "sub/f");
        read(folder::open, "sub/g");
        read(visit, "sub/f");
        read(visit, "sub/g");
        list(folder);
      } while (!attack.isDone());
      attack.get();
    } catch (ExecutionException e) {
      throw new AssertionError("the attacker failed", e);
    } finally {
      attacker.shutdownNow();
    }
    assertThat(given).as("files given").isPositive();
    assertThat(refused).as("files refused").isPositive();
    assertThat(listed).as("folders listed").isPositive();
  }

  private Callable<Void> attack(int exchanges) {
    return () -> {
      Path sub = root.resolve("sub");
      Path file = sub.resolve("g");
      for (int i = 0; i < exchanges; i++) {
        boolean folder = i % 2 == 0;
        Path target = folder ? sub : file;
        Path link = root.resolve(folder ? "folder-link" : "file-link");
        Path aside = root.resolve("aside");
        Files.move(target, aside);
        Files.move(link, target);
        Files.move(target, link);
        Files.move(aside, target);
      }
      return null;
    };
  }

  private void read(FileStore.Visit store, String name) throws IOException {
    if (store.open(FileName.of(name)) instanceof StoredFile file) {
      try (file) {
        assertThat(Stores.read(file)).isEqualTo("inside");
        file.currentVersion();
      }
      given++;
    } else {
      refused++;
    }
  }

  private void list(SharedFolder folder) {
    if (folder.list(Optional.of(FileName.of("sub")), Optional.empty(), 10)
        instanceof Entries page) {
      assertThat(page.entries())
          .extracting(Entry::name)
          .isSubsetOf(List.of("f", "g", "inside"))
          .contains("inside");
      listed++;
    }
  }
}
