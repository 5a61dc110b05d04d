package io.pipewright.filetransfer.store;

/** What {@link Walk} finds: a place in an open folder, or why there is none. */
sealed interface Located permits Place, Refused {}
