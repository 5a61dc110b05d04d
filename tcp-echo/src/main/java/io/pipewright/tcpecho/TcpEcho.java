package io.pipewright.tcpecho;

import io.pipewright.launch.ServiceLauncher;
import picocli.CommandLine.Command;

/** The program: {@code tcp-echo server …} and {@code tcp-echo client HOST:PORT …}. */
@Command(
    name = "tcp-echo",
    description = "A TCP echo service and its client.",
    subcommands = {ServerCommand.class, ClientCommand.class})
public final class TcpEcho {

  private TcpEcho() {}

  /**
   * Runs the program and ends the process with its exit code.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(ServiceLauncher.run("tcp-echo", new TcpEcho(), args));
  }
}
