/**
 * How a download gets onto the disk: beside its final name, which appears whole or not at all. It knows no dialect and no network.
 *
 * <p>{@link io.pipewright.filetransfer.saving.TargetFolder} is the folder of the user's, {@link
 * io.pipewright.filetransfer.saving.SafeName} judges what a server calls its files, {@link
 * io.pipewright.filetransfer.saving.PartFile} is a file that is fetched block by block, {@link
 * io.pipewright.filetransfer.saving.SmallFile} one that comes in one go, and {@link
 * io.pipewright.filetransfer.saving.DiskQueue} brings the bytes of a connection to both. Everything else is theirs.
 */
package io.pipewright.filetransfer.saving;
