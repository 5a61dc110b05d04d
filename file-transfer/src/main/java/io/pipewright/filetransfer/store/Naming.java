package io.pipewright.filetransfer.store;

/** What {@link FileName#parse} makes of some bytes: a name that is safe to look up, or a reason. */
public sealed interface Naming permits FileName, Refused {}
