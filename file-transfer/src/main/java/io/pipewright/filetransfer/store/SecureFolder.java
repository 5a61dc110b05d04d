package io.pipewright.filetransfer.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder held by its handle: everything in it is found by {@code openat(2)} and {@code fstatat(2)}.
 * Whoever renames a folder of its path meanwhile changes nothing, and cannot lead anybody elsewhere.
 *
 * <p>The one thing that Java does not tell by handle is {@code ctime}. It is looked up by path, and
 * believed only of the very file that the handle found.
 */
final class SecureFolder implements Folder {

  private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);

  private final Path path;
  private final SecureDirectoryStream<Path> stream;
  private final Object key;
  private final Spelling spelling;
  private final boolean stays;

  private SecureFolder(
      Path path, SecureDirectoryStream<Path> stream, Object key, Spelling spelling, boolean stays) {
    this.path = path;
    this.stream = stream;
    this.key = key;
    this.spelling = spelling;
    this.stays = stays;
  }

  /** Takes over the stream and closes it. */
  static SecureFolder outermost(Path path, SecureDirectoryStream<Path> stream) throws IOException {
    try {
      Facts facts =
          Facts.of(stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
      return new SecureFolder(path, stream, facts.key(), new Spelling(), true);
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Facts facts(String component) throws IOException {
    Facts held = glance(component);
    Facts found = UnixFacts.at(path.resolve(NativePath.of(component)));
    return found != null && found.sameFile(held) ? found : held;
  }

  @Override
  public Facts glance(String component) throws IOException {
    return Facts.of(stream
        .getFileAttributeView(
            NativePath.of(component), BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes());
  }

  @Override
  public boolean spells(String component, Facts facts) throws IOException {
    return spelling.isOf(this, key, component, facts);
  }

  @Override
  public Path linkTarget(String component) throws IOException {
    return Files.readSymbolicLink(path.resolve(NativePath.of(component)));
  }

  @Override
  public Folder folder(String component, Facts facts) throws IOException {
    Path name = NativePath.of(component);
    return new SecureFolder(
        component.equals(ITSELF) ? path : path.resolve(name),
        stream.newDirectoryStream(name, NOFOLLOW_LINKS),
        facts.key(),
        spelling,
        false);
  }

  @Override
  public FileChannel file(String component) throws IOException {
    return (FileChannel) stream.newByteChannel(NativePath.of(component), READ);
  }

  @Override
  public void names(Consumer<String> taker) throws IOException {
    try {
      stream.forEach(entry -> NativePath.name(entry).ifPresent(taker));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public Folder staying() {
    return new SecureFolder(path, stream, key, spelling, true);
  }

  @Override
  public void leave() throws IOException {
    if (!stays) {
      close();
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
