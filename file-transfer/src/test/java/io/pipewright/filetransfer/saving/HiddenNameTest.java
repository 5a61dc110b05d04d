package io.pipewright.filetransfer.saving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenNameTest {

  @Test
  void standsBesideTheFinalName() {
    assertThat(HiddenName.part("a.txt")).isEqualTo(".a.txt.pipewright-part");
    assertThat(HiddenName.journal("a.txt")).isEqualTo(".a.txt.pipewright-journal");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 77, 78, 234, 235, 236, 237, 238, 239, 255})
  void fitsIntoAFileName(int length) {
    for (String character : new String[] {"x", "é", "网", "😀"}) {
      String name = character.repeat(length * character.length() / bytes(character).length + 1);
      for (String hidden : new String[] {
        HiddenName.part(name),
        HiddenName.journal(name),
        HiddenName.passing(name, "1a2b3c4d-ffffffff")
      }) {
        assertThat(bytes(hidden).length).isLessThanOrEqualTo(255);
        assertThat(new String(bytes(hidden), StandardCharsets.UTF_8)).isEqualTo(hidden);
        assertThat(HiddenName.isOne(hidden)).isTrue();
      }
    }
  }

  @Test
  void tellsLongNamesApartThatDifferAtTheirEnd() {
    String name = "x".repeat(254);
    assertThat(HiddenName.part(name + "1")).isNotEqualTo(HiddenName.part(name + "2"));
  }

  @Test
  void numbersBeforeTheEnding() {
    assertThat(FinalName.numbered("a.txt", 1)).isEqualTo("a (1).txt");
    assertThat(FinalName.numbered("a", 12)).isEqualTo("a (12)");
    assertThat(FinalName.numbered(".bashrc", 1)).isEqualTo(".bashrc (1)");
    assertThat(FinalName.numbered("a.tar.gz", 2)).isEqualTo("a.tar (2).gz");
  }

  @Test
  void cutsWhatDoesNotFitBeforeTheNumber() {
    assertThat(FinalName.numbered("网".repeat(83) + ".txt", 9))
        .isEqualTo("网".repeat(82) + " (9).txt");
    assertThat(FinalName.numbered("a." + "x".repeat(253), 9))
        .isEqualTo("a." + "x".repeat(249) + " (9)");
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
