package io.pipewright.examples;

import io.pipewright.launch.ExitCode;
import io.pipewright.launch.ServiceLauncher;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The program: {@code examples NAME …} runs an example, {@code examples} alone lists them. Each is
 * one file of this package, meant to be copied.
 */
@Command(
    name = "examples",
    description = "Runs an example by its name.",
    synopsisSubcommandLabel = "NAME",
    commandListHeading = "%nExamples:%n",
    footer = {"", "examples NAME --help tells what an example takes."},
    subcommands = {
      Demo.class,
      GreetingServer.class,
      OperatorServer.class,
      HelpDesk.class,
      MessagePrinter.class,
      UpperCaseServer.class,
      HelloClient.class,
      UdpAsker.class,
      UdpReceiver.class,
      ChatRoom.class,
      HeartbeatClient.class,
      CustomProtocol.class,
      RequestClient.class,
      ExtendedEcho.class,
      NameLookup.class,
      EmbeddedFileStore.class,
      AddressKinds.class,
      Discovery.class
    })
public final class Examples implements Callable<Integer> {

  @Spec
  private CommandSpec spec;

  private Examples() {}

  /**
   * Runs the program and ends the process with its exit code.
   *
   * @param args the example's name and its options; none to list the examples
   */
  public static void main(String[] args) {
    System.exit(ServiceLauncher.run("examples", new Examples(), args));
  }

  /** Without a name there is nothing to run, but something to show. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return ExitCode.OK;
  }
}
