package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.TreeDownload;
import io.pipewright.launch.ExitCode;
import io.pipewright.log.JsonLine;

/** What scripts read of a download. A member never changes its name or meaning; new ones may come. */
final class JsonEvents {

  private JsonEvents() {}

  static JsonLine of(DownloadEvent event) {
    if (event instanceof DownloadEvent.Begun begun) {
      return about("begun", event)
          .put("file", ShownPath.of(begun.file()))
          .put("size", begun.size())
          .put("verifiedBytes", begun.verifiedBytes());
    }
    if (event instanceof DownloadEvent.Progress progress) {
      return about("progress", event)
          .put("size", progress.size())
          .put("verifiedBytes", progress.verifiedBytes())
          .put("fetchedBytes", progress.fetchedBytes())
          .put("connections", progress.connections());
    }
    if (event instanceof DownloadEvent.BeganAnew anew) {
      return about("began-anew", event).put("why", anew.why());
    }
    if (event instanceof DownloadEvent.Finished finished) {
      return of(finished.download());
    }
    return ofServer(event);
  }

  private static JsonLine ofServer(DownloadEvent event) {
    if (event instanceof DownloadEvent.BadBlock bad) {
      return about("bad-block", event)
          .put("block", bad.block())
          .put("server", bad.server().toString());
    }
    if (event instanceof DownloadEvent.Retrying retrying) {
      return about("retrying", event)
          .put("server", retrying.server().toString())
          .put("why", retrying.why())
          .put("delayMillis", retrying.delay().toMillis())
          .put("attempt", retrying.attempt());
    }
    if (event instanceof DownloadEvent.ServerJoined joined) {
      return about("server-joined", event).put("server", joined.server().toString());
    }
    if (event instanceof DownloadEvent.ServerLeft left) {
      return about("server-left", event)
          .put("server", left.server().toString())
          .put("why", left.why());
    }
    DownloadEvent.Failed failed = (DownloadEvent.Failed) event;
    return of(failed.name(), failed.reason());
  }

  private static JsonLine about(String kind, DownloadEvent event) {
    return JsonLine.event(kind).put("name", event.name());
  }

  static JsonLine of(String name, PipewrightException reason) {
    return JsonLine.event("failed")
        .put("name", name)
        .put("reason", String.valueOf(reason.getMessage()))
        .put("exitCode", FailureCode.of(reason));
  }

  static JsonLine of(Download download) {
    if (download instanceof Download.Saved saved) {
      return JsonLine.event("saved")
          .put("name", saved.name())
          .put("file", ShownPath.of(saved.file()))
          .put("bytes", saved.bytes())
          .put("fetchedBytes", saved.fetchedBytes())
          .put("tookMillis", saved.took().toMillis())
          .put("sha256", saved.sha256());
    }
    if (download instanceof Download.Skipped skipped) {
      return JsonLine.event("skipped")
          .put("name", skipped.name())
          .put("file", ShownPath.of(skipped.file()))
          .put("reason", skipped.reason());
    }
    Download.Refused refused = (Download.Refused) download;
    return JsonLine.event("refused")
        .put("name", refused.name())
        .put("reason", refused.reason())
        .put("exitCode", ExitCode.REFUSED);
  }

  static JsonLine of(TreeDownload tree) {
    return JsonLine.event("folder")
        .put("name", tree.folder())
        .put("saved", tree.saved())
        .put("savedBytes", tree.savedBytes())
        .put("fetchedBytes", tree.fetchedBytes())
        .put("skipped", tree.skipped())
        .put("failed", tree.failed())
        .put("tookMillis", tree.took().toMillis());
  }
}
