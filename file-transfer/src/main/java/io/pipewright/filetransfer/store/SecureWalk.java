package io.pipewright.filetransfer.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Walks from the open root by {@code openat(2)}, one component at a time and never through a link:
 * whoever renames a folder of the path meanwhile changes which file is found, but cannot lead the
 * walk out of the root.
 */
final class SecureWalk implements FolderWalk {

  private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);

  private final SecureDirectoryStream<Path> root;

  /** Takes over the stream and closes it. */
  SecureWalk(SecureDirectoryStream<Path> root) {
    this.root = root;
  }

  @Override
  public Opening open(FileName name) throws IOException {
    SecureDirectoryStream<Path> folder = root;
    try {
      for (String component : name.folders()) {
        Path step = NativePath.of(component);
        Refused refused = FolderWalk.refuseFolder(attributes(folder, step));
        if (refused != null) {
          return refused;
        }
        SecureDirectoryStream<Path> outer = folder;
        folder = outer.newDirectoryStream(step, NOFOLLOW_LINKS);
        closeUnlessRoot(outer); // at once: a deep name must not hold a descriptor for each folder
      }
      return openFile(folder, NativePath.of(name.last()), name);
    } finally {
      closeUnlessRoot(folder);
    }
  }

  private void closeUnlessRoot(SecureDirectoryStream<Path> folder) throws IOException {
    if (folder != root) {
      folder.close();
    }
  }

  private static Opening openFile(SecureDirectoryStream<Path> folder, Path file, FileName name)
      throws IOException {
    Refused refused = FolderWalk.refuseFile(attributes(folder, file));
    if (refused != null) {
      return refused;
    }
    SeekableByteChannel channel = folder.newByteChannel(file, READ);
    try {
      return new OpenFile(name, (FileChannel) channel, channel.size());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path component)
      throws IOException {
    return folder
        .getFileAttributeView(component, BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
