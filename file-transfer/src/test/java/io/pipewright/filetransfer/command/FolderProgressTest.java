package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.download.Download;
import io.pipewright.filetransfer.download.DownloadEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FolderProgressTest {

  private final FolderProgress folder = new FolderProgress();

  private void begun(String name, long size, long verified) {
    folder.event(new DownloadEvent.Begun(name, Path.of(name), OptionalLong.of(size), verified));
  }

  private void progress(String name, long verified, long fetched) {
    folder.event(new DownloadEvent.Progress(name, OptionalLong.of(100), verified, fetched, 1));
  }

  private void saved(String name, long bytes, long fetched) {
    folder.event(new DownloadEvent.Finished(
        new Download.Saved(name, Path.of(name), bytes, fetched, Duration.ZERO, Optional.empty())));
  }

  @Test
  void addsUpWhatComesAtTheSameTime() {
    begun("a", 100, 40);
    begun("b", 50, 0);
    progress("a", 60, 20);
    progress("b", 10, 10);
    progress("a", 70, 30);

    assertThat(folder.verifiedBytes()).isEqualTo(80);
    assertThat(folder.fetchedBytes()).isEqualTo(40);
    assertThat(folder.state()).isEqualTo("0 files");
  }

  @Test
  void countsWhatIsOverHoweverItEnded() {
    begun("a", 100, 0);
    progress("a", 50, 50);
    saved("a", 100, 110);
    saved("small", 5, 5);
    folder.event(new DownloadEvent.Finished(new Download.Refused("c", "it is gone")));
    folder.event(new DownloadEvent.Finished(new Download.Skipped("d", Path.of("d"), "it is here")));

    assertThat(folder.verifiedBytes()).isEqualTo(105);
    assertThat(folder.fetchedBytes()).isEqualTo(115);
    assertThat(folder.state()).isEqualTo("3 files, 1 failed");
  }
}
