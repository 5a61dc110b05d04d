/**
 * Which file a name means, and nothing outside of what is shared. {@link
 * io.pipewright.filetransfer.store.FileStore} is the door, {@link
 * io.pipewright.filetransfer.store.SharedFolder} the store of a folder; neither knows a network.
 *
 * <p>Everything here may block: callers are worker threads, never event loops.
 */
package io.pipewright.filetransfer.store;
