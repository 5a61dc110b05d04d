package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.FileClientBuilder;
import io.pipewright.filetransfer.download.Connections;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.filetransfer.saving.ExistingFile;
import io.pipewright.launch.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code file-transfer get HOST:PORT NAME…}: one name after another; the largest exit code of them all counts. */
@Command(
    name = "get",
    description = {
      "Downloads files. Each has its name when it is whole and verified, and not before.",
      "What was stopped in the middle goes on where it was when the same command runs again.",
      "Of several files two come at a time."
    })
final class GetCommand implements Callable<Integer> {

  /** While one is being given its name, the next is on its way; and what makes one wait need not hold up the other. */
  private static final int NAMED_AT_ONCE = 2;

  @Spec
  private CommandSpec spec;

  @Mixin
  private ClientOptions client;

  @Parameters(
      index = "1..*",
      arity = "0..*",
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
      names = {"-r", "--recursive"},
      description = "Names may be folders, which come with all below them; none is all there is.")
  private boolean recursive;

  @Option(
      names = "--overwrite",
      description = "Replace what is there. Without this and the next two, the same file is"
          + " skipped and another one an error.")
  private boolean overwrite;

  @Option(names = "--skip-existing", description = "Leave alone what is there, whatever it is.")
  private boolean skip;

  @Option(names = "--rename", description = "Keep what is there; save as \"a (1).txt\".")
  private boolean rename;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "What the file must have before it gets its name; for one NAME.")
  private String sha256;

  @Option(
      names = "--sha256sums",
      paramLabel = "FILE",
      description = "The same for several, from a list as sha256sum writes it.")
  private Path sha256sums;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "auto",
      converter = ConnectionsConverter.class,
      description = "How many connections bring one file: auto (as many as help), or 1 to 64.")
  private Connections connections;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      defaultValue = "0",
      description =
          "Receive at most so many bytes a second over all connections, as 10MB; 0 is no limit.")
  private ByteSize rate;

  @Option(
      names = "--no-fsync",
      description = "Do not wait until the disk has it: faster, but a power cut may lose it.")
  private boolean noFsync;

  @Option(names = "--dry-run", description = "Tell what would be done, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--json",
      description = "Print each event as a JSON object on a line of standard output.")
  private boolean json;

  @Option(
      names = "--plain",
      description = {
        "Speak the plain dialect of older servers: a name, then bytes until the end.",
        "It replaces what is there, resumes nothing, and takes an empty file for a refusal (exit 6)."
      })
  private boolean plain;

  @Override
  public Integer call() {
    checkNames();
    checkPlain();
    checkRates();
    GetPlan plan = plan();
    try (GetRun run = new GetRun(builder().build(), plan, this::resume)) {
      return run.run();
    }
  }

  private void checkNames() {
    boolean one = names != null && names.size() == 1;
    check(recursive || names != null, "name the files to get, or say --recursive for all of them");
    check(
        sha256 == null || sha256.matches("\\p{XDigit}{64}"), "a SHA-256 is 64 hexadecimal digits");
    check(sha256 == null || (one && !recursive), "--sha256 is for one file");
    check(sha256sums == null || sha256 == null, "take either --sha256 or --sha256sums");
    check(
        sha256sums == null || !recursive,
        "--sha256sums is for files that are named; run verify after --recursive");
    check(
        Stream.of(overwrite, skip, rename).filter(chosen -> chosen).count() <= 1,
        "take one of --overwrite, --skip-existing and --rename");
  }

  private void checkPlain() {
    check(!plain || client.servers().endpoints().size() == 1, "--plain takes one server");
    check(
        !plain || !(recursive || dryRun || skip || rename || client.hasToken()),
        "the plain dialect has no --recursive, --dry-run, --skip-existing, --rename and --token-file");
    check(
        !plain || (sha256 == null && sha256sums == null),
        "the plain dialect has no --sha256; run verify afterwards");
  }

  private void checkRates() {
    ParseResult given = spec.commandLine().getParseResult();
    boolean each = given.hasMatchedOption("--read-rate") || given.hasMatchedOption("--write-rate");
    check(
        rate.bytes() == 0 || !each,
        "--limit-rate is for all connections together; it does not go with --read-rate and --write-rate");
  }

  private void check(boolean condition, String sentence) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private GetPlan plan() {
    return new GetPlan(
        names == null ? List.of("") : names,
        folder,
        recursive,
        dryRun,
        plain || recursive || dryRun ? 1 : NAMED_AT_ONCE,
        json,
        existing(),
        Optional.ofNullable(sha256),
        Optional.ofNullable(sha256sums).map(VerifyCommand::read));
  }

  private ExistingFile existing() {
    if (overwrite) {
      return ExistingFile.OVERWRITE;
    }
    if (skip) {
      return ExistingFile.SKIP;
    }
    return rename ? ExistingFile.RENAME : ExistingFile.REFUSE;
  }

  private FileClientBuilder builder() {
    return client
        .applyTo(FileClient.builder())
        .dialect(plain ? Dialect.PLAIN : Dialect.NATIVE)
        .connections(connections)
        .existing(existing())
        .limitRate(rate.bytes())
        .fsync(!noFsync);
  }

  /** What is finished would be skipped, or with these two fetched once more. */
  private Optional<ResumeCommand> resume(Set<String> finished) {
    if (plain || dryRun) {
      return Optional.empty();
    }
    Set<String> leftOut = overwrite || rename ? finished : Set.of();
    return Optional.of(ResumeCommand.without(spec.commandLine().getParseResult(), leftOut));
  }
}
