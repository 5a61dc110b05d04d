package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds names that a file system takes for one another though they are spelt differently: {@code readme} and {@code README}, or
 * an umlaut in one character and in two. Two files of a tree that are twins of this kind would overwrite each other.
 */
final class Spelling {

  private Spelling() {}

  /**
   * Makes sure that what has a name is meant by it.
   *
   * @param folder where the name was found
   * @param name one component that is there, in this spelling or in another
   * @throws UnsafeNameException if it is there in another spelling only
   */
  static void check(Folder folder, String name) throws IOException {
    Path path = NativePath.of(name);
    Optional<BasicFileAttributes> there = folder.find(path);
    if (there.isPresent() && hasTwin(folder, name, there.get()) && !folder.lists(path)) {
      throw new UnsafeNameException(
          folder.path().resolve(path),
          name,
          "the file system there takes it for a name that is there already in another spelling");
    }
  }

  /** Whether the same file answers to another spelling too; cheap, and mostly no. */
  private static boolean hasTwin(Folder folder, String name, BasicFileAttributes there)
      throws IOException {
    for (String twin : twins(name)) {
      Optional<BasicFileAttributes> other = folder.find(NativePath.of(twin));
      if (other.isPresent()
          && (there.fileKey() == null || there.fileKey().equals(other.get().fileKey()))) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> twins(String name) {
    Set<String> twins = new LinkedHashSet<>();
    twins.add(otherCase(name));
    twins.add(Normalizer.normalize(name, Normalizer.Form.NFD));
    twins.add(Normalizer.normalize(name, Normalizer.Form.NFC));
    twins.remove(name);
    return twins;
  }

  private static String otherCase(String name) {
    StringBuilder other = new StringBuilder(name.length());
    name.codePoints()
        .forEach(c -> other.appendCodePoint(
            Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c)));
    return other.toString();
  }
}
