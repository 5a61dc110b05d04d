package io.pipewright.filetransfer.fetching;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.DownloadRefusedException;
import io.pipewright.filetransfer.protocol.Answer.Entries;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.saving.SavingException;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;
import io.pipewright.filetransfer.store.Naming;
import io.pipewright.filetransfer.store.Refused;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * Lists a folder of a server and all below it, a page at a time and only when asked to. What is to be listed yet waits here: the
 * folders of the pages so far, depth first.
 */
final class TreeWalk {

  /** A folder, and the name behind which its next page begins. */
  private record Place(
      Optional<FileName> folder, Optional<SafeName> target, Optional<String> after) {}

  /**
   * What a page brought.
   *
   * @param files to be fetched
   * @param unsafe the names that no file here may have, or that cannot be asked for, and why
   */
  record Page(List<TreeEntry> files, List<Unsafe> unsafe) {}

  /** A name from the server that cannot be used. */
  record Unsafe(String name, PipewrightException reason) {}

  private final Workplace workplace;
  private Server server;
  private final Deque<Place> places = new ArrayDeque<>();

  /**
   * @param folder the folder to begin with; none for the root
   * @param target what it is to be called below the user's folder; none for that folder itself
   */
  TreeWalk(
      Workplace workplace, Server server, Optional<FileName> folder, Optional<SafeName> target) {
    this.workplace = workplace;
    this.server = server;
    places.push(new Place(folder, target, Optional.empty()));
  }

  /** Whether everything has been listed, or is being listed. */
  boolean isDone() {
    return places.isEmpty();
  }

  /** Asks another server from now on. */
  void turnTo(Server next) {
    server = next;
  }

  /** Asks for the next page; one at a time. If it fails, the next one is the same again. */
  CompletableFuture<Page> next() {
    Place place = places.pop();
    Server asked = server;
    return Asking.of(
            workplace,
            asked,
            connection -> connection.list(place.folder(), place.after(), OptionalInt.empty()))
        .whenComplete((entries, cause) -> {
          if (cause != null) {
            places.push(place);
          }
        })
        .thenApply(entries -> judge(place, asked, entries));
  }

  private Page judge(Place place, Server lister, Entries page) {
    if (page.more()) {
      String last = page.entries().get(page.entries().size() - 1).name();
      places.push(new Place(place.folder(), place.target(), Optional.of(last)));
    }
    Page found = new Page(new ArrayList<>(), new ArrayList<>());
    for (Entry entry : page.entries()) {
      String name = place.folder().map(folder -> folder + "/").orElse("") + entry.name();
      try {
        judge(place, lister, name, entry, found);
      } catch (SavingException | DownloadRefusedException e) {
        found.unsafe().add(new Unsafe(name, e));
      }
    }
    return found;
  }

  private void judge(Place place, Server lister, String name, Entry entry, Page found) {
    Naming naming = FileName.parse(name);
    if (naming instanceof Refused refused) {
      String where = lister.endpoint().toString();
      throw new DownloadRefusedException(name, where, refused.reason(), Optional.empty(), null);
    }
    FileName asked = (FileName) naming;
    SafeName target =
        place.target().map(above -> above.told(entry.name())).orElseGet(() -> SafeName.told(asked));
    if (entry.kind() == Entry.Kind.FOLDER) {
      places.push(new Place(Optional.of(asked), Optional.of(target), Optional.empty()));
    } else {
      found.files().add(new TreeEntry(asked, target, entry, lister));
    }
  }
}
