package io.pipewright.filetransfer.fetching;

import io.pipewright.client.Backoff;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.saving.ExistingFile;
import java.time.Duration;

/**
 * How files are fetched. An immutable value; the builder of the client checks it and documents each.
 *
 * @param timeout how long a server may be silent
 * @param retries how many tries in a row may bring nothing
 * @param backoff the waits between those
 * @param connections how many bring one file
 * @param existing what happens to another file that has the name
 * @param fsync whether a file is forced to the disk before its name counts
 */
public record FetchSettings(
    Duration timeout,
    int retries,
    Backoff backoff,
    Connections connections,
    ExistingFile existing,
    boolean fsync) {}
