package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders that were walked through, held open for the next walk: so for many files of one folder it is opened once. Each walk
 * looks again what has the folder's name; one that is held is entered only if it is the very folder that was seen, as if it had
 * just been opened. For one thread.
 */
final class KeptFolders implements Walk.Door, Closeable {

  /** As deep as most trees. */
  private static final int MAX_FOLDERS = 8;

  private static final Logger log = LoggerFactory.getLogger(KeptFolders.class);

  private record Kept(Folder outer, String component, Object key, Folder folder) {}

  private final List<Kept> all = new ArrayList<>(MAX_FOLDERS);

  @Override
  public Folder enter(Folder outer, String component, Facts seen) throws IOException {
    for (Kept kept : all) {
      if (kept.outer == outer && kept.component.equals(component) && kept.key.equals(seen.key())) {
        return kept.folder;
      }
    }
    Folder folder = outer.folder(component, seen);
    return isThe(folder, seen) ? keep(outer, component, seen, folder.staying()) : folder;
  }

  /** Between the look and the opening it may have been exchanged. */
  private static boolean isThe(Folder folder, Facts seen) throws IOException {
    boolean looked = false;
    try {
      boolean is = folder.glance(Folder.ITSELF).sameFile(seen);
      looked = true;
      return is;
    } finally {
      if (!looked) {
        folder.leave();
      }
    }
  }

  private Folder keep(Folder outer, String component, Facts seen, Folder folder) {
    if (all.size() == MAX_FOLDERS) {
      close(all.remove(0).folder);
    }
    all.add(new Kept(outer, component, seen.key(), folder));
    return folder;
  }

  @Override
  public void close() {
    all.forEach(kept -> close(kept.folder));
    all.clear();
  }

  private static void close(Folder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      log.warn("a folder could not be closed: {}", e.toString());
    }
  }
}
