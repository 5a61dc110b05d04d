package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.address.Endpoint;
import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import io.pipewright.filetransfer.download.DownloadTimedOutException;
import io.pipewright.filetransfer.download.TreeDownload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What scripts rely on, letter by letter. */
class JsonEventsTest {

  private static final Endpoint SERVER = Endpoint.of("::1", 80);

  private static void assertLine(DownloadEvent event, String line) {
    assertThat(JsonEvents.of(event)).hasToString(line.replace('\'', '"'));
  }

  @Test
  void progressHasTheSizeIfItIsKnown() {
    assertLine(
        new DownloadEvent.Begun("a", Path.of("out/a"), OptionalLong.of(5), 2),
        "{'event':'begun','name':'a','file':'out/a','size':5,'verifiedBytes':2}");
    assertLine(
        new DownloadEvent.Progress("a", OptionalLong.empty(), 3, 4, 1),
        "{'event':'progress','name':'a','verifiedBytes':3,'fetchedBytes':4,'connections':1}");
    assertLine(
        new DownloadEvent.BeganAnew("a", "it changed"),
        "{'event':'began-anew','name':'a','why':'it changed'}");
  }

  @Test
  void whatHappensToServersNamesThem() {
    assertLine(
        new DownloadEvent.BadBlock("a", 7, SERVER),
        "{'event':'bad-block','name':'a','block':7,'server':'[::1]:80'}");
    assertLine(
        new DownloadEvent.Retrying("a", SERVER, "it broke", Duration.ofMillis(1500), 2),
        "{'event':'retrying','name':'a','server':'[::1]:80','why':'it broke','delayMillis':1500,'attempt':2}");
    assertLine(
        new DownloadEvent.ServerJoined("a", SERVER),
        "{'event':'server-joined','name':'a','server':'[::1]:80'}");
    assertLine(
        new DownloadEvent.ServerLeft("a", SERVER, "it has another file"),
        "{'event':'server-left','name':'a','server':'[::1]:80','why':'it has another file'}");
  }

  @Test
  void everyEndHasAKindOfItsOwn() {
    assertLine(
        new DownloadEvent.Finished(
            new Download.Saved("a", Path.of("a"), 5, 6, Duration.ofSeconds(1), Optional.of("ab"))),
        "{'event':'saved','name':'a','file':'a','bytes':5,'fetchedBytes':6,'tookMillis':1000,'sha256':'ab'}");
    assertLine(
        new DownloadEvent.Finished(new Download.Skipped("a", Path.of("a"), "it is here")),
        "{'event':'skipped','name':'a','file':'a','reason':'it is here'}");
    assertLine(
        new DownloadEvent.Finished(new Download.Refused("a", "no")),
        "{'event':'refused','name':'a','reason':'no','exitCode':6}");
    var timedOut = new DownloadTimedOutException("a", 5, Duration.ofSeconds(1));
    assertLine(
        new DownloadEvent.Failed("a", timedOut),
        "{'event':'failed','name':'a','reason':'" + timedOut.getMessage() + "','exitCode':5}");
  }

  @Test
  void aFolderIsAddedUp() {
    var tree = new TreeDownload("f", 3, 100, 110, 2, 1, List.of(), Duration.ofMillis(5));

    assertThat(JsonEvents.of(tree).toString().replace('"', '\''))
        .isEqualTo(
            "{'event':'folder','name':'f','saved':3,'savedBytes':100,'fetchedBytes':110,'skipped':2,'failed':1,'tookMillis':5}");
  }
}
