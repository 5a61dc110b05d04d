package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadRequest;
import io.pipewright.filetransfer.download.FileExistsException;
import io.pipewright.filetransfer.download.IntegrityException;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.saving.ExistingFile;
import io.pipewright.filetransfer.saving.PartFile;
import io.pipewright.filetransfer.saving.PartFileBusyException;
import io.pipewright.filetransfer.saving.Placement;
import io.pipewright.filetransfer.saving.SafeName;
import io.pipewright.filetransfer.saving.TargetExistsException;
import io.pipewright.filetransfer.saving.TargetFolder;
import io.pipewright.filetransfer.store.FileName;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a file is to be, and what may stand there already. Every method blocks on the file system, and throws a
 * {@link io.pipewright.filetransfer.saving.SavingException} if that says no.
 */
final class Destination {

  private static final Logger log = LoggerFactory.getLogger(Destination.class);

  private final TargetFolder folder;
  private final SafeName name;
  private final FileName source;
  private final DownloadRequest request;
  private final FetchSettings settings;

  /**
   * @param folder stays open longer than this is used
   * @param name the name below it
   * @param source the name as the server knows it
   * @param request what the user wants
   * @param settings what happens to a file that is there
   */
  Destination(
      TargetFolder folder,
      SafeName name,
      FileName source,
      DownloadRequest request,
      FetchSettings settings) {
    this.folder = folder;
    this.name = name;
    this.source = source;
    this.request = request;
    this.settings = settings;
  }

  TargetFolder folder() {
    return folder;
  }

  /** The name as the server knows it. */
  FileName source() {
    return source;
  }

  DownloadRequest request() {
    return request;
  }

  /**
   * Whether there is nothing to be done, because of what is here.
   *
   * @param size what the file is at the server
   * @param lastModified likewise
   * @return what came of the download then
   * @throws FileExistsException if another file has the name and must stay
   */
  Optional<Download> settledBy(long size, Instant lastModified) {
    ExistingFile policy = settings.existing();
    if (policy == ExistingFile.OVERWRITE || policy == ExistingFile.RENAME) {
      return Optional.empty();
    }
    if (!folder.mayHave(name) || folder.find(name).isEmpty()) {
      return Optional.empty();
    }
    if (folder.has(name, size, lastModified)) {
      removeLeftovers();
      return Optional.of(skipped("it is here already"));
    }
    if (policy == ExistingFile.SKIP) {
      return Optional.of(skipped("another file has its name here"));
    }
    throw new FileExistsException(request.name(), folder.pathOf(name));
  }

  private Download skipped(String reason) {
    return new Download.Skipped(request.name(), folder.pathOf(name), reason);
  }

  private void removeLeftovers() {
    try {
      PartFile.removeLeftovers(folder, name);
    } catch (PartFileBusyException e) {
      log.debug("somebody else is at it", e);
    }
  }

  /** Opens the file that the blocks go into. */
  PartFile open(FileFacts facts) {
    return PartFile.open(folder, name, source, facts.size());
  }

  /**
   * The SHA-256 of a complete file, if the user gave one.
   *
   * @throws IntegrityException if it is another one; the file is thrown away then
   */
  Optional<String> checkSha256(PartFile part) {
    if (request.sha256().isEmpty()) {
      return Optional.empty();
    }
    String actual = HexFormat.of().formatHex(part.sha256(read -> {}));
    if (!actual.equals(request.sha256().get())) {
      throw IntegrityException.ofFile(request.name(), request.sha256().get(), actual);
    }
    return Optional.of(actual);
  }

  /** Gives a complete file its name. */
  Placement commit(PartFile part, FileFacts facts) {
    try {
      return part.commit(facts.lastModified(), settings.existing(), settings.fsync());
    } catch (TargetExistsException e) {
      throw new FileExistsException(request.name(), e.path());
    }
  }
}
