package io.pipewright.filetransfer.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Something that was found.
 *
 * @param folder where; left when the place is closed
 * @param component its name there, or {@link Folder#ITSELF} for the outermost folder
 * @param facts what it was
 * @param throughLinks whether links were followed on the way
 */
record Place(Folder folder, String component, Facts facts, boolean throughLinks)
    implements Located, Closeable {

  /** Looks at it again. */
  Facts look() throws IOException {
    return folder.facts(component);
  }

  /** Where it was found; who goes there may find something else. */
  Path path() {
    return folder.path().resolve(NativePath.of(component));
  }

  @Override
  public void close() throws IOException {
    folder.leave();
  }
}
