package io.pipewright.filetransfer.command;

import io.pipewright.launch.ServiceLauncher;
import picocli.CommandLine.Command;

/** The program: {@code file-transfer server …}, {@code get HOST:PORT NAME…}, {@code list HOST:PORT} and {@code verify LIST}. */
@Command(
    name = FileTransfer.PROGRAM,
    description = "A file download service and its client.",
    subcommands = {ServerCommand.class, GetCommand.class, ListCommand.class, VerifyCommand.class})
public final class FileTransfer {

  static final String PROGRAM = "file-transfer";

  private FileTransfer() {}

  /**
   * Runs the program and ends the process with its exit code.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(ServiceLauncher.run(PROGRAM, new FileTransfer(), args));
  }
}
