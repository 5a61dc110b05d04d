package io.pipewright.udpecho;

import io.pipewright.launch.ServiceLauncher;
import picocli.CommandLine.Command;

/** The program: {@code udp-echo server …} and {@code udp-echo client HOST:PORT …}. */
@Command(
    name = "udp-echo",
    description = "A UDP echo service and its client.",
    subcommands = {ServerCommand.class, ClientCommand.class})
public final class UdpEcho {

  /** The name that a user types. */
  static final String PROGRAM = "udp-echo";

  private UdpEcho() {}

  /**
   * Runs the program and ends the process with its exit code.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(ServiceLauncher.run(PROGRAM, new UdpEcho(), args));
  }
}
