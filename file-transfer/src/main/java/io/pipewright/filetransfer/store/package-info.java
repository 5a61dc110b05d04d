/**
 * Which file a name means, and nothing outside the shared folder. {@link
 * io.pipewright.filetransfer.store.SharedFolder} is the door; it knows no network.
 *
 * <p>Everything here calls the file system and may block: callers are worker threads, never event
 * loops.
 */
package io.pipewright.filetransfer.store;
