package io.pipewright.filetransfer.store;

/**
 * What of a shared folder is given away beyond plain files and folders. {@link #STRICT} unless
 * something is added to it:
 *
 * <pre>{@code SharedFolder.open(root, SharingPolicy.STRICT.withHiddenFiles())}</pre>
 *
 * @param followLinksInside whether a symbolic link is followed that leads to something in the folder;
 *     one that leads out of it never is
 * @param hiddenFiles whether names are given and listed that begin with a dot
 */
public record SharingPolicy(boolean followLinksInside, boolean hiddenFiles) {

  /** No links, nothing hidden. */
  public static final SharingPolicy STRICT = new SharingPolicy(false, false);

  /** This policy, with links inside the folder followed. */
  public SharingPolicy withLinksInside() {
    return new SharingPolicy(true, hiddenFiles);
  }

  /** This policy, with hidden files given. */
  public SharingPolicy withHiddenFiles() {
    return new SharingPolicy(followLinksInside, true);
  }

  /** Whether a component of a name may be given. */
  boolean gives(String component) {
    return hiddenFiles || !component.startsWith(".");
  }
}
