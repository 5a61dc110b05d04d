package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileName;

/**
 * A file or a folder of a tree.
 *
 * @param name as the server knows it
 * @param target as it is to be called below the user's folder
 * @param entry what the listing says of it
 */
record TreeEntry(FileName name, SafeName target, Entry entry) {}
