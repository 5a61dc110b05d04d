package io.pipewright.filetransfer.store;

/** What {@link FileStore#list} answers: a page of a folder, or why there is none. */
public sealed interface Listing permits Entries, Refused {}
