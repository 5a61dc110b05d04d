package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import io.pipewright.filetransfer.protocol.Secret;
import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokenOptionsTest {

  @TempDir
  Path folder;

  private TokenOptions options(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), content);
    TokenOptions options = new TokenOptions();
    new CommandLine(new Program(options)).parseArgs("--token-file", file.toString());
    return options;
  }

  @CommandLine.Command
  record Program(@CommandLine.Mixin TokenOptions token) {}

  @ParameterizedTest
  @ValueSource(strings = {"open sesame", "open sesame\n", "open sesame\r\n"})
  void aLinesEndIsNoPartOfTheSecret(String content) throws IOException {
    assertThat(options(content).secret()).contains(Secret.of("open sesame"));
  }

  @Test
  void onlyOneLinesEndIsCutOff() throws IOException {
    assertThat(options("a\n\n").secret()).contains(Secret.of("a\n"));
    assertThat(options(" a \r").secret()).contains(Secret.of(" a \r"));
  }

  @Test
  void theLargestSecretMayHaveALinesEndToo() throws IOException {
    assertThat(options("x".repeat(1024) + "\r\n").secret()).contains(Secret.of("x".repeat(1024)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1025, 100_000})
  void aSecretThatNobodyCanUseIsAnError(int bytes) throws IOException {
    TokenOptions options = options("x".repeat(bytes));

    assertThatThrownBy(options::secret)
        .isInstanceOfSatisfying(
            LaunchException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("it must hold 1 to 1024 bytes");
  }

  @Test
  void aMissingFileIsAnErrorAndNoOptionIsNone() throws IOException {
    TokenOptions options = options("x");
    Files.delete(folder.resolve("token"));

    assertThatThrownBy(options::secret).hasMessageContaining("there is no such file");
    assertThat(new TokenOptions().secret()).isEmpty();
  }

  @Test
  void whatABuilderSaysOfTheSecretIsToldInWordsOfTheCommandLine() {
    var other = new ConfigurationException("port", 0, "must be another");

    assertThat(TokenOptions.inUsersWords(new ConfigurationException("secret", "x", "needs TLS")))
        .hasMessageContaining("--token-over-plaintext");
    assertThat(TokenOptions.inUsersWords(other)).isSameAs(other);
  }
}
