package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.BindFailedException;
import io.pipewright.ConfigurationException;
import io.pipewright.ConnectFailedException;
import io.pipewright.ProtocolException;
import io.pipewright.TransportUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(
            new BindFailedException("[::1]:80", "taken", null),
            3,
            "cannot listen on [::1]:80: taken"),
        Arguments.of(
            new ConnectFailedException("a:80", "refused", null),
            4,
            "cannot connect to a:80: refused"),
        Arguments.of(new ConfigurationException("port", -1, "too small"), 2, "port: too small"),
        Arguments.of(
            new TransportUnavailableException("kqueue", "no macOS", null),
            2,
            "transport kqueue is not available here: no macOS"),
        Arguments.of(new ProtocolException("a\u001b[2J\nb"), 1, "a\\x1b[2J\\nb"),
        Arguments.of(new LaunchException(6, "refused"), 6, "refused"),
        Arguments.of(
            new CompletionException(new ExecutionException(new LaunchException(7, "inner"))),
            7,
            "inner"),
        Arguments.of(new UncheckedIOException(new IOException("disk")), 1, "disk"),
        Arguments.of(new IOException(), 1, "IOException"),
        Arguments.of(new TimeoutException("too long"), 5, "too long"),
        Arguments.of(new NoSuchFileException("f"), 1, "f: no such file or folder"),
        Arguments.of(new AccessDeniedException("f"), 1, "f: permission denied"),
        Arguments.of(new FileAlreadyExistsException("f"), 1, "f: it is already there"),
        Arguments.of(new FileSystemException("f", null, "odd"), 1, "f: odd"),
        Arguments.of(new InvalidPathException("a", "odd"), 2, "a: not a path: odd"),
        Arguments.of(
            new InvalidPathException("中", "unmappable"),
            2,
            "中: this locale cannot write that name; LC_ALL=C.UTF-8 can"),
        Arguments.of(
            new IllegalStateException("oops"),
            1,
            "unexpected IllegalStateException: oops (--verbose shows where)"),
        Arguments.of(
            new StackOverflowError(), 1, "unexpected StackOverflowError (--verbose shows where)"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureIsAnExitCodeAndOneSentence(Throwable failure, int exitCode, String sentence) {
    assertThat(Failures.exitCode(failure)).isEqualTo(exitCode);
    assertThat(Failures.sentence(failure)).isEqualTo(sentence);
  }
}
