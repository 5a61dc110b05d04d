package io.pipewright.filetransfer.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * For systems without {@link java.nio.file.SecureDirectoryStream}: looks at every component, then
 * asks the system for the file's real path, which must be the very path that was asked for. So a
 * link, a short name ({@code PROGRA~1}), a trailing dot or another case of the same letters is
 * refused. Unlike {@link SecureWalk} it cannot stop somebody who may write in the root from
 * exchanging a folder for a link between the look and the opening.
 */
final class CheckedWalk implements FolderWalk {

  private final Path root;

  /**
   * @param root the shared folder's real path
   */
  CheckedWalk(Path root) {
    this.root = root;
  }

  @Override
  public Opening open(FileName name) throws IOException {
    Path path = root;
    for (String component : name.folders()) {
      path = path.resolve(NativePath.of(component));
      Refused refused = FolderWalk.refuseFolder(attributes(path));
      if (refused != null) {
        return refused;
      }
    }
    path = path.resolve(NativePath.of(name.last()));
    Refused refused = FolderWalk.refuseFile(attributes(path));
    if (refused != null) {
      return refused;
    }
    if (!path.toRealPath().equals(path)) {
      return new Refused("it is spelt differently in the folder");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, NOFOLLOW_LINKS);
    try {
      return new OpenFile(name, channel, channel.size());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
