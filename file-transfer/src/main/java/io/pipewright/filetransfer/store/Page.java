package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a page of a folder's listing, in memory that is bounded by the page and not by the folder. */
final class Page {

  private final SharedFolder shared;
  private final Runs runs;
  private final Optional<FileName> name;
  private final Place place;

  /**
   * @param shared which the folder is in
   * @param runs where to find names
   * @param name the folder's; empty for the outermost one
   * @param place where it was found
   */
  Page(SharedFolder shared, Runs runs, Optional<FileName> name, Place place) {
    this.shared = shared;
    this.runs = runs;
    this.name = name;
    this.place = place;
  }

  /** What is in a folder and is neither a file nor a folder makes a page shorter, but not empty. */
  Listing list(Optional<String> after, int limit) throws IOException {
    Folder folder = place.folder().folder(place.component(), place.facts());
    try {
      Optional<String> begin = after;
      while (true) {
        Run run = runs.names(name, place, begin, limit, name -> child(name).isPresent());
        List<Entry> entries = entries(folder, run.names());
        if (!entries.isEmpty() || !run.more()) {
          return new Entries(entries, run.more());
        }
        begin = Optional.of(run.names().get(run.names().size() - 1));
      }
    } finally {
      folder.leave();
    }
  }

  /** The full name of something in this folder, if it can be asked for and is not hidden. */
  private Optional<FileName> child(String component) {
    String full = name.map(folder -> folder + "/" + component).orElse(component);
    return shared.gives(component) && FileName.parse(full) instanceof FileName child
        ? Optional.of(child)
        : Optional.empty();
  }

  private List<Entry> entries(Folder folder, List<String> names) throws IOException {
    Map<String, Facts> found = new LinkedHashMap<>();
    for (String name : names) {
      look(folder, name).ifPresent(facts -> found.put(name, facts));
    }
    letRest(folder, found);
    List<Entry> entries = new ArrayList<>(found.size());
    found.forEach((name, facts) -> entries.add(entry(name, facts)));
    return entries;
  }

  /** What is not there any more, and what is neither a file nor a folder, has no facts to list. */
  private Optional<Facts> look(Folder folder, String component) throws IOException {
    Facts facts;
    try {
      facts = folder.facts(component);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (facts.kind() == Facts.Kind.LINK) {
      return shared.behindLink(child(component).orElseThrow());
    }
    return facts.kind() == Facts.Kind.OTHER ? Optional.empty() : Optional.of(facts);
  }

  /** One wait for all. */
  private void letRest(Folder folder, Map<String, Facts> found) throws IOException {
    List<String> restless = new ArrayList<>();
    for (Map.Entry<String, Facts> entry : found.entrySet()) {
      if (Rest.await(entry.getValue())) {
        restless.add(entry.getKey());
      }
    }
    for (String name : restless) {
      look(folder, name).ifPresentOrElse(facts -> found.put(name, facts), () -> found.remove(name));
    }
  }

  private static Entry entry(String name, Facts facts) {
    FileVersion version = Rest.has(facts) ? facts.version() : Rest.versionOfItsOwn();
    return facts.kind() == Facts.Kind.FOLDER
        ? new Entry(name, Entry.Kind.FOLDER, 0, facts.modified(), version)
        : new Entry(name, Entry.Kind.FILE, facts.size(), facts.modified(), version);
  }
}
