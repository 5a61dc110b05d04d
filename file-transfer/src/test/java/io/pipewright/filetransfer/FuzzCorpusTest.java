package io.pipewright.filetransfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.plain.NameCollectorFuzz;
import io.pipewright.filetransfer.protocol.AnswerCodecFuzz;
import io.pipewright.filetransfer.protocol.RequestCodecFuzz;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the fuzzing targets must bear in every build: each input of the corpus, and some thousand small changes of them, the same in
 * every run. The long search is .ci/fuzz.
 */
class FuzzCorpusTest {

  private static final int CHANGES_OF_EACH = 100;
  private static final long SEED = 1_048_576;

  static Stream<Arguments> targets() {
    return Stream.of(
        Arguments.of("names", (Consumer<byte[]>) NameCollectorFuzz::fuzzerTestOneInput),
        Arguments.of("requests", (Consumer<byte[]>) RequestCodecFuzz::fuzzerTestOneInput),
        Arguments.of("answers", (Consumer<byte[]>) AnswerCodecFuzz::fuzzerTestOneInput));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("targets")
  @Timeout(60)
  void noInputOfTheCorpusDoesHarm(String corpus, Consumer<byte[]> target) throws IOException {
    List<byte[]> inputs = inputs(corpus);
    assertThat(inputs).hasSizeGreaterThan(5);
    inputs.forEach(input -> run(target, input));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("targets")
  @Timeout(60)
  void norDoSmallChangesOfThem(String corpus, Consumer<byte[]> target) throws IOException {
    Random random = new Random(SEED);
    for (byte[] input : inputs(corpus)) {
      for (int i = 0; i < CHANGES_OF_EACH; i++) {
        byte[] changed = input.clone();
        for (int bytes = random.nextInt(4); bytes >= 0; bytes--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        run(target, changed);
      }
    }
  }

  private static void run(Consumer<byte[]> target, byte[] input) {
    try {
      target.accept(input);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("input " + HexFormat.of().formatHex(input), e);
    }
  }

  /** Lines of hexadecimal bytes; what stands behind a # says what they are. */
  static List<byte[]> inputs(String corpus) throws IOException {
    try (InputStream in = FuzzCorpusTest.class.getResourceAsStream("/fuzz/" + corpus + ".txt")) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.replaceAll("#.*| ", ""))
          .filter(line -> !line.isEmpty())
          .map(HexFormat.of()::parseHex)
          .toList();
    }
  }
}
