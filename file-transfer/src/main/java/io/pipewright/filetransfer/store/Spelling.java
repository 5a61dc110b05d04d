package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.text.Normalizer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells whether a folder spells a name as it was asked for. Some folders take several spellings for
 * one name: another case, another Unicode normal form, a short name of old. They are told by trying:
 * if the name in another case is there too, and is the same file, the folder's own list decides. What
 * was learned of a folder is remembered, so that on usual systems this costs next to nothing.
 */
final class Spelling {

  /** A folder's number is about 100 bytes here. */
  private static final int MAX_REMEMBERED = 10_000;

  private final Set<Object> tellsCase = ConcurrentHashMap.newKeySet();
  private final Set<Object> tellsForms = ConcurrentHashMap.newKeySet();

  /**
   * Whether the folder has the name in just this spelling.
   *
   * @param folder where it was found
   * @param key which folder that is
   * @param component the spelling that was asked for
   * @param facts what was found
   */
  boolean isOf(Folder folder, Object key, String component, Facts facts) throws IOException {
    if (!tellsCase.contains(key)
        && isMixedUp(folder, key, component, facts, List.of(otherCase(component)), tellsCase)) {
      return lists(folder, component);
    }
    return NativePath.isAscii(component)
        || tellsForms.contains(key)
        || !isMixedUp(folder, key, component, facts, forms(component), tellsForms)
        || lists(folder, component);
  }

  /** Whether one of the other spellings means the same file; if none does, that is remembered. */
  private static boolean isMixedUp(
      Folder folder,
      Object key,
      String component,
      Facts facts,
      List<String> spellings,
      Set<Object> told) {
    boolean tried = false;
    for (String other : spellings) {
      if (!other.equals(component)) {
        tried = true;
        if (isSame(folder, other, facts)) {
          return true;
        }
      }
    }
    if (tried) {
      if (told.size() >= MAX_REMEMBERED) {
        told.clear();
      }
      told.add(key);
    }
    return false;
  }

  private static boolean isSame(Folder folder, String other, Facts facts) {
    try {
      return folder.glance(other).sameFile(facts);
    } catch (IOException e) {
      return false; // mostly there is no such file
    }
  }

  private static boolean lists(Folder folder, String component) throws IOException {
    Folder again = folder.folder(Folder.ITSELF, folder.glance(Folder.ITSELF));
    try {
      AtomicBoolean listed = new AtomicBoolean();
      again.names(name -> listed.compareAndSet(false, name.equals(component)));
      return listed.get();
    } finally {
      again.leave();
    }
  }

  private static String otherCase(String name) {
    return name.codePoints()
        .map(c -> Character.isLowerCase(c) ? Character.toUpperCase(c) : Character.toLowerCase(c))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static List<String> forms(String name) {
    return List.of(
        Normalizer.normalize(name, Normalizer.Form.NFC),
        Normalizer.normalize(name, Normalizer.Form.NFD));
  }
}
