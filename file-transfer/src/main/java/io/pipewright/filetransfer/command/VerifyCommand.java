package io.pipewright.filetransfer.command;

import io.pipewright.filetransfer.saving.Sha256Sums;
import io.pipewright.filetransfer.saving.Sha256Sums.Verdict;
import io.pipewright.filetransfer.saving.Sha256SumsException;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import io.pipewright.log.Escaped;
import io.pipewright.log.JsonLine;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code file-transfer verify SHA256SUMS}: what {@code sha256sum --check} does, on every system. */
@Command(
    name = "verify",
    description = {
      "Compares files with a list of SHA-256 sums, as sha256sum writes it.",
      "Ends with 7 if one has another sum, else with 6 if one is missing or cannot be read."
    })
final class VerifyCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "SHA256SUMS", description = "The list.")
  private Path list;

  @Option(
      names = "--in",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "The folder where the names of the list begin.")
  private Path folder;

  @Option(names = "--json", description = "Print a JSON object a line.")
  private boolean json;

  private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);

  @Override
  public Integer call() {
    Sha256Sums sums = read(list);
    if (sums.lines().isEmpty()) {
      throw new LaunchException(ExitCode.USAGE, "there is no sum in " + list);
    }
    for (Sha256Sums.Line line : sums.lines()) {
      Verdict verdict = verdict(line);
      counts.merge(verdict, 1, Integer::sum);
      Terminal.standard().println(json ? jsonLine(line, verdict) : textLine(line, verdict));
    }
    tellWhatIsNotRight(sums.lines().size());
    return exitCode();
  }

  /** Whatever is wrong with the list, it is what the command line names. */
  static Sha256Sums read(Path list) {
    try {
      return Sha256Sums.read(list);
    } catch (Sha256SumsException e) {
      throw new LaunchException(ExitCode.USAGE, e.getMessage(), e);
    }
  }

  private Verdict verdict(Sha256Sums.Line line) {
    try (ReadingBar bar = ReadingBar.of(line.name(), folder)) {
      return Sha256Sums.verify(line, folder, bar::read);
    } catch (InvalidPathException e) { // this system, or this locale, cannot have such a file
      return Verdict.UNREADABLE;
    }
  }

  private static String textLine(Sha256Sums.Line line, Verdict verdict) {
    return Escaped.of(line.name()) + ": " + word(verdict).toUpperCase(Locale.ROOT);
  }

  private static String jsonLine(Sha256Sums.Line line, Verdict verdict) {
    return new JsonLine().put("name", line.name()).put("verdict", word(verdict)).toString();
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case RIGHT -> "ok";
      case WRONG -> "failed";
      case MISSING -> "missing";
      case UNREADABLE -> "unreadable";
    };
  }

  private int count(Verdict verdict) {
    return counts.getOrDefault(verdict, 0);
  }

  private void tellWhatIsNotRight(int all) {
    if (count(Verdict.RIGHT) < all) {
      System.err.println(
          QuietDisplay.sentence("of %d files %d have another sum, %d are missing, %d cannot be read"
              .formatted(
                  all, count(Verdict.WRONG), count(Verdict.MISSING), count(Verdict.UNREADABLE))));
    }
  }

  private int exitCode() {
    if (count(Verdict.WRONG) > 0) {
      return ExitCode.INTEGRITY;
    }
    return count(Verdict.MISSING) + count(Verdict.UNREADABLE) > 0 ? ExitCode.REFUSED : ExitCode.OK;
  }
}
