package io.pipewright.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipewright.RunningServer;
import io.pipewright.filetransfer.FileServer;
import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.FileStore;
import io.pipewright.filetransfer.store.FileVersion;
import io.pipewright.filetransfer.store.Listing;
import io.pipewright.filetransfer.store.Opening;
import io.pipewright.filetransfer.store.Refused;
import io.pipewright.filetransfer.store.StoredFile;
import io.pipewright.launch.ServiceLauncher;
import io.pipewright.launch.TcpServerOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * A file server inside another program, whose files are no files: it gives away what the program keeps in memory. A store of
 * one's own says three things of each file: its bytes, whether these are still the same ({@link FileVersion}), and what lies
 * beside it.
 *
 * <pre>{@code
 * examples embedded-file-store
 * printf 'jvm/threads.txt\n' | nc 127.0.0.1 8081
 * }</pre>
 */
@Command(
    name = EmbeddedFileStore.NAME,
    description = "A file server for what a program keeps in memory.")
final class EmbeddedFileStore implements Callable<Integer> {

  static final String NAME = "embedded-file-store";

  @Mixin
  private final TcpServerOptions options =
      TcpServerOptions.onPort(8081).idleAfter(Duration.ofMinutes(1));

  @Override
  public Integer call() {
    MemoryStore store = new MemoryStore();
    Runtime jvm = Runtime.getRuntime();
    store.put("about.txt", "The files of this server are in its memory.\n");
    store.put("jvm/memory.txt", jvm.totalMemory() + " bytes of at most " + jvm.maxMemory() + "\n");
    store.put("jvm/threads.txt", Thread.getAllStackTraces().keySet() + "\n");
    return ServiceLauncher.serve(NAME, options, () -> start(store));
  }

  /** The store stays the caller's. */
  RunningServer start(FileStore store) {
    return FileServer.builder()
        .store(store)
        .socket(options::applyTo)
        .idleTimeout(options.idleTimeout())
        .wireLog(options.wireLog())
        .customize(pipeline -> options.customized(NAME, pipeline))
        .start();
  }

  /** Files in memory, for a program that has not many of them. A file is replaced whole, by {@link #put}. */
  static final class MemoryStore implements FileStore {

    private final Map<FileName, Content> files = new ConcurrentHashMap<>();

    private record Content(ByteBuffer bytes, Instant lastModified, FileVersion version) {}

    void put(String name, String text) {
      byte[] bytes = text.getBytes(UTF_8);
      // equal bytes, equal version: whoever has half of a file may go on though it was put again
      ByteBuffer readOnly = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
      files.put(
          FileName.of(name), new Content(readOnly, Instant.now(), FileVersion.ofFacts(bytes)));
    }

    @Override
    public Opening open(FileName name) {
      Content content = files.get(name);
      return content == null ? new Refused("there is no such file") : new MemoryFile(name, content);
    }

    @Override
    public Listing list(Optional<FileName> folder, Optional<String> after, int limit) {
      NavigableMap<String, Entry> all =
          children(folder.map(FileName::components).orElse(List.of()));
      if (all.isEmpty() && folder.isPresent()) {
        return new Refused("there is no such folder");
      }
      NavigableMap<String, Entry> rest =
          after.map(name -> all.tailMap(name, false)).orElse(all);
      return new Entries(rest.values().stream().limit(limit).toList(), rest.size() > limit);
    }

    private NavigableMap<String, Entry> children(List<String> folder) {
      NavigableMap<String, Entry> children = new TreeMap<>(Entry.NAME_ORDER);
      int depth = folder.size();
      files.forEach((name, content) -> {
        List<String> way = name.components();
        if (way.size() > depth && way.subList(0, depth).equals(folder)) {
          boolean isFile = way.size() == depth + 1;
          String child = way.get(depth);
          children.put(
              child,
              new Entry(
                  child,
                  isFile ? Entry.Kind.FILE : Entry.Kind.FOLDER,
                  isFile ? content.bytes().limit() : 0,
                  content.lastModified(),
                  content.version()));
        }
      });
      return children;
    }

    @Override
    public void close() {
      // memory needs no closing
    }

    private final class MemoryFile implements StoredFile {

      private final FileName name;
      private final Content content;

      MemoryFile(FileName name, Content content) {
        this.name = name;
        this.content = content;
      }

      @Override
      public FileName name() {
        return name;
      }

      @Override
      public long size() {
        return content.bytes().limit();
      }

      @Override
      public Instant lastModified() {
        return content.lastModified();
      }

      @Override
      public FileVersion version() {
        return content.version();
      }

      @Override
      public FileVersion currentVersion() {
        Content now = files.get(name);
        return now == null ? FileVersion.GONE : now.version();
      }

      @Override
      public int read(ByteBuffer target, long position) {
        int left = (int) Math.max(0, size() - position);
        if (left == 0) {
          return -1;
        }
        int length = Math.min(left, target.remaining());
        target.put(content.bytes().slice((int) position, length));
        return length;
      }

      /** There is none, so the server reads. */
      @Override
      public Optional<FileChannel> channel() {
        return Optional.empty();
      }

      @Override
      public void close() {
        // nothing is held
      }
    }
  }
}
