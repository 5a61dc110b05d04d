package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.FileClient;
import io.pipewright.filetransfer.download.Dialect;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import io.pipewright.launch.Terminal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code file-transfer list HOST:PORT [FOLDER]}. */
@Command(
    name = "list",
    description = {
      "Lists a folder: size, time of the last change, and name as get takes it.",
      "By name it prints as it reads, whatever the size of the folder; other orders are sorted here first."
    })
final class ListCommand implements Callable<Integer> {

  @Mixin
  private ClientOptions client;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FOLDER",
      defaultValue = "",
      description = "Its name as the server knows it; without one, all that is served.")
  private String folder;

  @Option(
      names = "--sort",
      paramLabel = "ORDER",
      defaultValue = "name",
      description = "${COMPLETION-CANDIDATES}: by name, the largest first, or the newest first.")
  private ListOrder order;

  @Option(names = "--reverse", description = "The other way round.")
  private boolean reverse;

  @Option(
      names = {"-h", "--human-readable"},
      description = "Round sizes: 1.5 MB.")
  private boolean human;

  @Option(
      names = {"-r", "--recursive"},
      description = "List the folders below, too.")
  private boolean recursive;

  @Option(names = "--json", description = "Print a JSON object a line.")
  private boolean json;

  @Override
  public Integer call() {
    try (FileClient files =
        client.applyTo(FileClient.builder()).dialect(Dialect.NATIVE).build()) {
      list(files::list);
      return ExitCode.OK;
    } catch (LaunchException e) {
      throw e;
    } catch (PipewrightException e) {
      throw new LaunchException(FailureCode.of(e), e.getMessage(), e);
    }
  }

  private void list(FolderListing.Pages pages) {
    if (order == ListOrder.NAME && !reverse) {
      new FolderListing(pages, recursive, this::print).of(folder);
      return;
    }
    List<ListedEntry> all = new ArrayList<>();
    new FolderListing(pages, recursive, all::addAll).of(folder);
    if (order == ListOrder.NAME) {
      Collections.reverse(all);
    } else {
      all.sort(order.comparator(reverse));
    }
    print(all);
  }

  private void print(List<ListedEntry> entries) {
    ListFormat format = new ListFormat(human, json, ZoneId.systemDefault());
    Terminal.standard()
        .print(entries.stream()
            .map(entry -> format.line(entry) + System.lineSeparator())
            .collect(Collectors.joining()));
  }
}
