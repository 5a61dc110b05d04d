package io.pipewright.filetransfer.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link RenameRaceTest}, a hundred thousand times. */
class RenameRaceIT {

  private static final int EXCHANGES = 100_000;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void neverLeadsOut(@TempDir Path temp) throws Exception {
    try (var stream = Files.newDirectoryStream(temp)) {
      assumeTrue(stream instanceof SecureDirectoryStream, "this system can walk by handles");
    }
    new RenameRace(temp).run(EXCHANGES, SharingPolicy.STRICT);
  }
}
