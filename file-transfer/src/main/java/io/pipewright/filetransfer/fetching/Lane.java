package io.pipewright.filetransfer.fetching;

import io.pipewright.filetransfer.link.GetEnd;
import io.pipewright.filetransfer.link.RemoteFailure;
import io.pipewright.filetransfer.protocol.Answer.FileFacts;
import io.pipewright.filetransfer.protocol.Request;
import io.pipewright.filetransfer.saving.BlockOutcome;
import io.pipewright.filetransfer.saving.SmallFile;
import io.pipewright.filetransfer.store.FileVersion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One connection over which small files come, many asked for at once. Confined to the event loop on which the download decides,
 * but for what its connection's event loop tells it.
 */
final class Lane {

  /** On a line of 100 ms some 10,000 files a second; a server reads on as it gets to them. */
  private static final int MOST_FILES = 1024;

  private static final long MOST_BYTES = 16L << 20;

  private final Server server;
  private final Link link;
  private final Workplace workplace;
  private final SmallFiles files;
  private final long openedNanos;
  private int asked;
  private long askedBytes;
  private boolean gone;

  Lane(Server server, Link link, Workplace workplace, SmallFiles files) {
    this.server = server;
    this.link = link;
    this.workplace = workplace;
    this.files = files;
    this.openedNanos = workplace.nanoTime().getAsLong();
  }

  long openedNanos() {
    return openedNanos;
  }

  /** Whether another file may be asked for now. */
  boolean isHungry() {
    return !gone && asked < MOST_FILES && askedBytes < MOST_BYTES;
  }

  /** Asks for a file, in the version that was listed if this server has listed it. */
  void ask(TreeEntry file) {
    count(file);
    SmallReceiver receiver = new SmallReceiver(file, this, link.disk());
    Request.Get get = new Request.Get(file.name(), version(file), 0, OptionalLong.empty());
    link.connection().get(get, receiver).whenComplete((end, cause) -> {
      if (cause != null) {
        link.disk().abandon(); // the file in which the connection broke
      }
      workplace.decide(() -> ended(receiver, end, cause));
    });
  }

  /** Asks for several files at once, in the versions as above. */
  void ask(List<TreeEntry> pack) {
    pack.forEach(this::count);
    PackFetch fetch = new PackFetch(pack, this, link.disk());
    Request.Pack request = new Request.Pack(pack.stream().map(this::wanted).toList());
    link.connection().pack(request, fetch).whenComplete((end, cause) -> {
      if (cause == null) {
        fetch.ended();
      } else {
        link.disk().abandon();
      }
      workplace.decide(() -> ended(fetch, cause));
    });
  }

  Request.Wanted wanted(TreeEntry file) {
    return new Request.Wanted(file.name(), version(file));
  }

  private Optional<FileVersion> version(TreeEntry file) {
    return file.lister() == server ? Optional.of(file.entry().version()) : Optional.empty();
  }

  private void count(TreeEntry file) {
    asked++;
    askedBytes += file.entry().size();
  }

  private void uncount(TreeEntry file) {
    asked--;
    askedBytes -= file.entry().size();
  }

  /** On the connection's event loop. */
  boolean isAs(TreeEntry file, FileFacts facts) {
    return file.isAs(server, facts);
  }

  /** On the connection's event loop. */
  SmallFile smallFile(TreeEntry file, FileFacts facts) {
    return files.smallFile(file, facts);
  }

  private void ended(SmallReceiver receiver, GetEnd end, Throwable cause) {
    TreeEntry file = receiver.file();
    uncount(file);
    if (cause != null) {
      files.broke(this, receiver.isHandedOver() ? List.of() : List.of(file), Causes.of(cause));
    } else if (!end.isComplete()) {
      files.refused(this, List.of(file), end.failure().orElseThrow());
    } else {
      files.came(this, receiver.isAnother() ? List.of(file) : List.of());
    }
  }

  private void ended(PackFetch fetch, Throwable cause) {
    fetch.asked().forEach(this::uncount);
    if (cause == null) {
      files.askAgain(fetch.left(), fetch.notPacked());
      files.came(this, fetch.others());
    } else if (Causes.of(cause) instanceof RemoteFailure failure) {
      files.packRefused(this, fetch.asked(), failure);
    } else {
      files.broke(this, fetch.asked(), Causes.of(cause));
    }
  }

  /** On the connection's event loop. */
  void settled(List<TreeEntry> settled, List<BlockOutcome> outcomes) {
    workplace.decide(() -> files.settled(settled, outcomes));
  }

  /** Whether nothing that it was asked for is still to come. */
  boolean isIdle() {
    return asked == 0;
  }

  boolean isGone() {
    return gone;
  }

  /** It takes no further part: the connection is kept for others if nothing is owed on it. */
  void leave() {
    if (!gone) {
      gone = true;
      if (isIdle()) {
        server.giveBack(link);
      } else {
        link.connection().close();
      }
    }
  }
}
