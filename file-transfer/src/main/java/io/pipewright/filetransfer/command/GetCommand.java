package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.FileClientBuilder;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.launch.ByteSize;
import io.pipewright.launch.Converters;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code file-transfer get HOST:PORT NAME…}: one name after another; the largest exit code of them all counts. */
@Command(
    name = "get",
    description = {
      "Downloads files. Each has its name when it is whole, and not before.",
      "In the plain dialect an empty file looks like a refusal, and is taken for one (exit 6)."
    })
final class GetCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec;

  @Mixin
  private ClientOptions client;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "NAME",
      description = "Names as the server knows them; a/b.txt is saved as b.txt.")
  private List<String> names;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Save in this folder, which must be there.")
  private Path folder;

  @Option(
      names = "--plain",
      description = "Speak the plain dialect of older servers: a name, then bytes until the end.")
  private boolean plain;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "auto",
      converter = ConnectionsConverter.class,
      description = "How many connections bring one file: auto (as many as help), or 1 to 64.")
  private Connections connections;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "10",
      converter = Converters.NotNegative.class,
      description = "How many tries in a row may bring nothing.")
  private int retries;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description =
          "Receive at most so many bytes a second over all connections, as 10MB; 0 is no limit.")
  private ByteSize rate;

  @Option(names = "--no-fsync", description = "Do not wait until the disk has it.")
  private boolean noFsync;

  @Option(
      names = "--json",
      description = "Print each event as a JSON object on a line of standard output.")
  private boolean json;

  @Override
  public Integer call() {
    check(!plain || client.servers().endpoints().size() == 1, "--plain takes one server");
    try (GetRun run = new GetRun(builder().build(), json, this::resume)) {
      return run.getAll(names, folder);
    }
  }

  private ResumeCommand resume(Set<String> finished) {
    return plain ? null : ResumeCommand.without(spec.commandLine().getParseResult(), finished);
  }

  private FileClientBuilder builder() {
    return client
        .applyTo(FileClient.builder())
        .dialect(plain ? Dialect.PLAIN : Dialect.NATIVE)
        .connections(connections)
        .retries(retries)
        .limitRate(rate.bytes())
        .fsync(!noFsync);
  }

  private void check(boolean condition, String sentence) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }
}
