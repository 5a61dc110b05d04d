package io.pipewright.filetransfer.saving;

/** What happens when something has the final name already at the moment a file is to get it. */
public enum ExistingFile {

  /** It stays, and the download fails with a {@link TargetExistsException}. */
  REFUSE,

  /** It is replaced in one step: there is the old file, or the new one, at every moment. */
  OVERWRITE,

  /** It stays, and so does nothing else. */
  SKIP,

  /** It stays, and the new file is called {@code a (1).txt}, or whatever number is free. */
  RENAME
}
