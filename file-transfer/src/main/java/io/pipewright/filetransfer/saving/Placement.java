package io.pipewright.filetransfer.saving;

/** What came of giving a file its final name. */
public sealed interface Placement permits SavedFile, KeptFile {}
