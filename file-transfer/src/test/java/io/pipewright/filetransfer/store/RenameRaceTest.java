package io.pipewright.filetransfer.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No exchange of folders and links under the reader's hands leads it out; {@link RenameRaceIT} tries longer. */
@Timeout(60)
class RenameRaceTest {

  private static final int EXCHANGES = 5_000;

  @TempDir
  Path temp;

  @BeforeEach
  void needsHandles() throws Exception {
    try (var stream = Files.newDirectoryStream(temp)) {
      assumeTrue(stream instanceof SecureDirectoryStream, "this system can walk by handles");
    }
  }

  @ParameterizedTest(name = "links are followed inside: {0}")
  @ValueSource(booleans = {false, true})
  void neverLeadsOut(boolean followLinks) throws Exception {
    new RenameRace(temp).run(EXCHANGES, new SharingPolicy(followLinks, false));
  }
}
