/**
 * The program: what a user types, what is shown, and the exit codes. It uses the public door {@code io.pipewright.filetransfer}
 * as any other user of the library does, and nothing of the library knows it.
 */
package io.pipewright.filetransfer.command;
