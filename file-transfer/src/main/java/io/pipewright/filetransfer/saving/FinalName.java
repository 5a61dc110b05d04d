package io.pipewright.filetransfer.saving;

import io.pipewright.filetransfer.store.NativePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Gives a finished file its name in one step, as the policy has it. */
final class FinalName {

  private static final int MAX_NUMBER = 9_999;

  private FinalName() {}

  /**
   * Gives a file its name.
   *
   * @param folder where it is and stays
   * @param from the hidden name that it has
   * @param name the name that it is to have
   * @param bytes its length
   * @param policy what happens if something has that name
   * @return where it is now; or what is there and stays, and then the hidden file is removed
   * @throws TargetExistsException if something is there and the policy refuses; the hidden file stays
   */
  static Placement give(Folder folder, Path from, String name, long bytes, ExistingFile policy)
      throws IOException {
    Path to = NativePath.of(name);
    Path path = folder.path().resolve(to);
    switch (policy) {
      case OVERWRITE -> {
        Spelling.check(folder, name);
        folder.rename(from, to);
        return new SavedFile(path, bytes);
      }
      case RENAME -> {
        return new SavedFile(folder.path().resolve(giveFree(folder, from, name)), bytes);
      }
      default -> {
        try {
          folder.renameExclusively(from, to);
          return new SavedFile(path, bytes);
        } catch (FileAlreadyExistsException e) {
          return keep(folder, from, name, policy);
        }
      }
    }
  }

  private static Placement keep(Folder folder, Path from, String name, ExistingFile policy)
      throws IOException {
    Path path = folder.path().resolve(NativePath.of(name));
    if (policy == ExistingFile.REFUSE) {
      throw new TargetExistsException(path);
    }
    Spelling.check(folder, name);
    folder.delete(from);
    return new KeptFile(path);
  }

  private static Path giveFree(Folder folder, Path from, String name) throws IOException {
    Path to = NativePath.of(name);
    for (int number = 1; ; number++) {
      try {
        folder.renameExclusively(from, to);
        return to;
      } catch (FileAlreadyExistsException e) {
        if (number > MAX_NUMBER) {
          throw new NotWritableException(
              folder.path().resolve(to), "it and " + MAX_NUMBER + " numbered names are taken");
        }
      }
      to = NativePath.of(numbered(name, number));
    }
  }

  /** {@code a (1).txt} for {@code a.txt}; what does not fit into 255 bytes is cut before the number. */
  static String numbered(String name, int number) {
    int dot = name.lastIndexOf('.');
    String ending = " (" + number + ")" + (dot > 0 ? name.substring(dot) : "");
    String base = dot > 0 ? name.substring(0, dot) : name;
    int room = SafeName.MAX_COMPONENT_BYTES - ending.getBytes(StandardCharsets.UTF_8).length;
    if (room <= 0) { // an ending as long as a name: it is none
      String plain = " (" + number + ")";
      return HiddenName.cut(name, SafeName.MAX_COMPONENT_BYTES - plain.length()) + plain;
    }
    return HiddenName.cut(base, room) + ending;
  }
}
