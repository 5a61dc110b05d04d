package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Opens what was found, and makes sure what it has opened. A file is looked at before it is opened
 * and again behind that: if it was the same both times, at rest, and with the same {@code ctime},
 * then nobody put another in its place meanwhile, and the open file is the one that was judged.
 */
final class Opener {

  /** How often a file is opened that is another, or has changed, whenever it is looked at. */
  private static final int TRIES = 4;

  private final SharedFolder shared;
  private final FileName name;
  private final Place place;
  private final boolean confirms;

  /**
   * @param confirms whether to look again behind the opening; else whoever gets the file does, by {@link
   *     StoredFile#currentVersion()}
   */
  Opener(SharedFolder shared, FileName name, Place place, boolean confirms) {
    this.shared = shared;
    this.name = name;
    this.place = place;
    this.confirms = confirms;
  }

  Opening open() throws IOException {
    Facts facts = place.facts();
    for (int i = 0; i < TRIES && facts.kind() == Facts.Kind.FILE; i++) {
      if (Rest.await(facts)) {
        facts = place.look();
      }
      FolderFile file = facts.kind() == Facts.Kind.FILE ? openJudged(facts) : null;
      if (file != null) {
        return file;
      }
      facts = place.look();
    }
    return facts.kind() == Facts.Kind.FILE
        ? openRestless(facts)
        : new Refused("it is " + facts.kind().words);
  }

  /** {@code null} if it changed. */
  private FolderFile openJudged(Facts facts) throws IOException {
    FileChannel channel = place.folder().file(place.component());
    FolderFile file = null;
    try {
      if (Rest.has(facts)
          && (!confirms || place.folder().again(place.component(), facts).equals(facts))) {
        file = FolderFile.judged(shared, name, place, channel, facts);
      }
      return file;
    } finally {
      if (file == null) {
        channel.close();
      }
    }
  }

  /** A log, for example: it is given, but nobody can say what its bytes are worth the next moment. */
  private Opening openRestless(Facts facts) throws IOException {
    FileChannel channel = place.folder().file(place.component());
    FolderFile file = null;
    try {
      if (!place.look().sameFile(facts)) {
        return new Refused("it is replaced all the time");
      }
      file = FolderFile.restless(shared, name, channel, facts);
      return file;
    } finally {
      if (file == null) {
        channel.close();
      }
    }
  }
}
