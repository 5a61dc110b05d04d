package io.pipewright.filetransfer.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The way from the outermost folder to something below it: one component after the other, each found
 * in the open folder before. A link is not followed by the system but here, if at all: what it says
 * is put in its place, and the walk begins anew from the outermost folder, which nothing that links
 * say can leave.
 */
final class Walk {

  /** As many as Linux follows. */
  private static final int MAX_LINKS = 40;

  private static final String OUT = "..";

  /** How a folder is entered that was seen. */
  @FunctionalInterface
  interface Door {

    /** By opening it. */
    Door OPENING = Folder::folder;

    /**
     * Enters a folder.
     *
     * @param outer where it was seen
     * @param component its name there
     * @param seen what was seen
     * @return an open folder, which the walk leaves
     */
    Folder enter(Folder outer, String component, Facts seen) throws IOException;
  }

  private final Folder root;
  private final SharingPolicy policy;
  private final Door door;

  private Deque<String> ahead;
  private final List<String> walked = new ArrayList<>();
  private Folder folder;
  private int links;

  /**
   * @param root the outermost folder
   * @param policy which names and links to follow
   * @param door how to enter folders
   * @param wanted where to go; nowhere for the outermost folder itself
   */
  Walk(Folder root, SharingPolicy policy, Door door, List<String> wanted) {
    this.root = root;
    this.folder = root;
    this.policy = policy;
    this.door = door;
    this.ahead = new ArrayDeque<>(wanted);
  }

  /**
   * Goes.
   *
   * @return where it came to, which the caller closes, or why it came nowhere
   * @throws IOException if the file system says no; {@link SharedFolder} puts it into words
   */
  Located go() throws IOException {
    Located located = null;
    try {
      do {
        located = ahead.isEmpty() ? itself() : step(ahead.remove());
      } while (located == null);
      return located;
    } finally {
      if (!(located instanceof Place)) {
        folder.leave();
      }
    }
  }

  private Located itself() throws IOException {
    return new Place(folder, Folder.ITSELF, folder.facts(Folder.ITSELF), links > 0);
  }

  /** One component further; {@code null} if that is not the end. */
  private Located step(String component) throws IOException {
    if (component.equals(OUT)) {
      return back();
    }
    if (!policy.gives(component)) {
      return new Refused("it is hidden");
    }
    Facts facts = ahead.isEmpty() ? folder.facts(component) : folder.glance(component);
    if (!folder.spells(component, facts)) {
      return new Refused("it is spelt differently in the folder");
    }
    if (facts.kind() == Facts.Kind.LINK && policy.followLinksInside()) {
      return follow(component);
    }
    if (ahead.isEmpty()) {
      return new Place(folder, component, facts, links > 0);
    }
    if (facts.kind() != Facts.Kind.FOLDER) {
      return new Refused("a folder of it is " + facts.kind().words);
    }
    try {
      enter(door.enter(folder, component, facts));
    } catch (FileSystemException e) { // or is it none any more?
      Facts.Kind kind = folder.glance(component).kind();
      if (kind == Facts.Kind.FOLDER) {
        throw e;
      }
      return new Refused("a folder of it is " + kind.words);
    }
    walked.add(component);
    return null;
  }

  /** Only links say this. */
  private Refused back() throws IOException {
    if (walked.isEmpty()) {
      return new Refused("a link leads out of the shared folder");
    }
    walked.remove(walked.size() - 1);
    beginAnew(List.of());
    return null;
  }

  private Refused follow(String link) throws IOException {
    if (++links > MAX_LINKS) {
      return new Refused("it is behind more than " + MAX_LINKS + " links");
    }
    Path target = folder.linkTarget(link);
    if (target.isAbsolute()) {
      if (!target.startsWith(root.path())) {
        return new Refused("a link leads out of the shared folder");
      }
      walked.clear();
    }
    List<String> told = new ArrayList<>();
    int first = target.isAbsolute() ? root.path().getNameCount() : 0;
    for (int i = first; i < target.getNameCount(); i++) {
      Optional<String> name = NativePath.name(target.getName(i));
      if (name.isEmpty()) {
        return new Refused("a link leads to a name that is not UTF-8");
      }
      if (!name.get().isEmpty() && !name.get().equals(Folder.ITSELF)) {
        told.add(name.get());
      }
    }
    beginAnew(told);
    return null;
  }

  /** From the outermost folder through what has been walked, then as a link says, then the rest. */
  private void beginAnew(List<String> told) throws IOException {
    Deque<String> way = new ArrayDeque<>(walked);
    way.addAll(told);
    way.addAll(ahead);
    ahead = way;
    walked.clear();
    enter(root);
  }

  /** A deep name must not hold a handle for each folder of it. */
  private void enter(Folder next) throws IOException {
    Folder outer = folder;
    folder = next;
    outer.leave();
  }
}
