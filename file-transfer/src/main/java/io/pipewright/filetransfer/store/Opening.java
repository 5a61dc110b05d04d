package io.pipewright.filetransfer.store;

/** What {@link FileStore#open} answers: a file that is open, or why it is not. */
public sealed interface Opening permits StoredFile, Refused {}
