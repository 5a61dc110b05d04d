package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;

/**
 * A file or a folder of a tree.
 *
 * @param name as the server knows it
 * @param target as it is to be called below the user's folder
 * @param entry what the listing says of it
 * @param lister who listed it: only that server knows the version in the entry
 */
record TreeEntry(FileName name, SafeName target, Entry entry, Server lister) {

  /** Whether a file of any server is the one that was listed: versions are each server's own, so size and time tell. */
  boolean isAs(Server server, FileFacts facts) {
    return facts.size() == entry.size()
        && (server == lister || facts.lastModified().equals(entry.lastModified()));
  }
}
