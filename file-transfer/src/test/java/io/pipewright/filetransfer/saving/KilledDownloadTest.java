package io.pipewright.filetransfer.saving;

import static io.pipewright.filetransfer.saving.Content.name;
import static io.pipewright.filetransfer.saving.Content.names;
import static io.pipewright.filetransfer.saving.Content.safe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that saves files is killed at moments that nobody chose, by SIGKILL where there are signals. */
class KilledDownloadTest {

  /** More of them by {@code -Dkilled.rounds=1000}. */
  private static final int ROUNDS = Integer.getInteger("killed.rounds", 3);

  /** A process says 21 lines about a file and the small ones beside it. */
  private static final int MAX_LINES = 60;

  private static final int MAX_NANOS = 10_000_000;

  private final ThreadLocalRandom random = ThreadLocalRandom.current();
  private final Content content = Content.of(KilledSaver.SIZE);
  private final Content small = Content.of(KilledSaver.SMALL_SIZE);

  private final Set<String> checked = new HashSet<>();

  @TempDir
  Path folder;

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            KilledSaver.class.getName(),
            folder.toString(),
            "" + count("file-"),
            "" + count("small-"))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private long count(String prefix) throws IOException {
    return names(folder).stream().filter(name -> name.startsWith(prefix)).count();
  }

  @Test
  @Timeout(600)
  void losesNothingThatWasSaidToBeSaved() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Process saver = start();
      List<String> said = new ArrayList<>();
      try (BufferedReader out = saver.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("ready");
        for (int lines = random.nextInt(MAX_LINES); lines > 0; lines--) {
          said.add(out.readLine());
        }
        LockSupport.parkNanos(random.nextInt(MAX_NANOS));
        saver.toHandle().destroyForcibly(); // which leaves what it said to be read
        out.lines().forEach(said::add);
      } finally {
        saver.destroyForcibly().waitFor();
      }
      check(said);
    }
    assertThat(count("file-") + count("small-")).isPositive();
  }

  private void check(List<String> said) throws IOException {
    for (String name : names(folder)) {
      if (!name.startsWith(".") && checked.add(name)) {
        Content whole = name.startsWith("file-") ? content : small;
        assertThat(folder.resolve(name)).hasBinaryContent(whole.bytes());
      }
    }
    Map<String, List<Integer>> blocks = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (words.length == 1) {
        assertThat(folder.resolve(line)).exists();
      } else if (Files.notExists(folder.resolve(words[0]))) {
        blocks.computeIfAbsent(words[0], name -> new ArrayList<>()).add(Integer.valueOf(words[2]));
      }
    }
    for (Map.Entry<String, List<Integer>> part : blocks.entrySet()) {
      checkPart(part.getKey(), part.getValue());
    }
  }

  /** Its system lives on, so whatever the journal names must be right, and what was said must be named. */
  private void checkPart(String name, List<Integer> blocks) throws IOException {
    try (TargetFolder target = TargetFolder.open(folder);
        PartFile part = PartFile.open(target, safe(name), name(name), KilledSaver.SIZE)) {
      long claimed = part.claimedBytes();
      part.recheck(read -> {});
      assertThat(part.verifiedBytes()).isEqualTo(claimed);
      assertThat(blocks).allMatch(part::isVerified);
      byte[] all = Files.readAllBytes(folder.resolve(HiddenName.part(name)));
      part.verifiedBlocks().stream()
          .forEach(each -> assertThat(new Content(all).block(each)).isEqualTo(content.block(each)));
    }
  }

  @Test
  @Timeout(60)
  void keepsASecondProcessAwayUntilTheFirstIsGone() throws Exception {
    Process saver = start();
    try (BufferedReader out = saver.inputReader(StandardCharsets.UTF_8);
        TargetFolder target = TargetFolder.open(folder)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("file-0 block")) {
        line = out.readLine();
      }
      assertThat(new ProcessBuilder("kill", "-STOP", "" + saver.pid()).start().waitFor())
          .isZero();
      if (Files.notExists(folder.resolve("file-0"))) {
        assertThatThrownBy(
                () -> PartFile.open(target, safe("file-0"), name("file-0"), KilledSaver.SIZE))
            .isInstanceOf(PartFileBusyException.class);
        saver.destroyForcibly().waitFor();
        PartFile.open(target, safe("file-0"), name("file-0"), KilledSaver.SIZE).close();
      }
    } finally {
      saver.destroyForcibly().waitFor();
    }
  }
}
