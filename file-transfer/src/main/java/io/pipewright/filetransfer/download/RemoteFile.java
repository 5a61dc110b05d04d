package io.pipewright.filetransfer.download;

import io.pipewright.filetransfer.store.FileVersion;
import java.time.Instant;

/**
 * A file as a server describes it.
 *
 * @param name its name
 * @param size in bytes
 * @param lastModified when, to the nanosecond
 * @param version which content; another one of the same server is another content, and those of two servers say nothing about
 *     each other
 */
public record RemoteFile(String name, long size, Instant lastModified, FileVersion version) {}
