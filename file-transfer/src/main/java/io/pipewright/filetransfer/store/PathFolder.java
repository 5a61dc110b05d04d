package io.pipewright.filetransfer.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/**
 * A folder named by its path, for systems without {@link java.nio.file.SecureDirectoryStream}. Unlike
 * {@link SecureFolder} it cannot stop somebody who may write in the shared folder from exchanging a
 * folder for a link between a look and an opening.
 *
 * @param path the real path, without a link
 */
record PathFolder(Path path) implements Folder {

  @Override
  public Facts facts(String component) throws IOException {
    Path target = resolve(component);
    Facts facts = UnixFacts.at(target);
    return facts != null
        ? facts
        : Facts.of(Files.readAttributes(target, BasicFileAttributes.class, NOFOLLOW_LINKS));
  }

  @Override
  public Facts glance(String component) throws IOException {
    return facts(component);
  }

  /** So a short name ({@code PROGRA~1}), a trailing dot or another case of the same letters is told. */
  @Override
  public boolean spells(String component, Facts facts) throws IOException {
    return facts.kind() == Facts.Kind.LINK
        || resolve(component).toRealPath().equals(resolve(component));
  }

  @Override
  public Path linkTarget(String component) throws IOException {
    return Files.readSymbolicLink(resolve(component));
  }

  @Override
  public Folder folder(String component, Facts facts) {
    return new PathFolder(resolve(component));
  }

  @Override
  public FileChannel file(String component) throws IOException {
    return FileChannel.open(resolve(component), StandardOpenOption.READ, NOFOLLOW_LINKS);
  }

  @Override
  public void names(Consumer<String> taker) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      entries.forEach(entry -> NativePath.name(entry).ifPresent(taker));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private Path resolve(String component) {
    return component.equals(ITSELF) ? path : path.resolve(NativePath.of(component));
  }

  @Override
  public Folder staying() {
    return this;
  }

  @Override
  public void leave() {
    // nothing is held open
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
