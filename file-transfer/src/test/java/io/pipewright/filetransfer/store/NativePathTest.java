package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names to paths and back; in other locales {@code FileTransferIT} does it. */
class NativePathTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "a b", "%41", "網路.txt", "é", "\uFFFD", "😀", "."})
  void aPathHasTheNameThatItWasMadeOf(String name) {
    assertThat(NativePath.name(NativePath.of(name))).contains(name);
    assertThat(NativePath.name(Path.of("folder").resolve(NativePath.of(name)))).contains(name);
  }

  @Test
  void bytesThatAreNotUtf8AreNoName() {
    assertThat(NativePath.name(Path.of(URI.create("file:///a%E9b")).getFileName()))
        .isEmpty();
    assertThat(NativePath.name(Path.of(URI.create("file:///%ED%A0%80")).getFileName()))
        .isEmpty();
  }
}
