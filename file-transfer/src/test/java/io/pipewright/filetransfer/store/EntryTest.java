package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntryTest {

  @Test
  void namesAreOrderedAsTheirBytesAre() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      String a = name(random);
      String b = name(random);
      assertThat(Integer.signum(Entry.NAME_ORDER.compare(a, b)))
          .as("%s and %s", a, b)
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8))));
    }
  }

  /** Short, of few characters from every length of UTF-8, so that many begin alike. */
  private static String name(Random random) {
    List<String> characters =
        List.of("a", "b", "\u007F", "é", "\uD7FF", "\uE000", "\uFFFD", "😀", "\uDBFF\uDFFF");
    StringBuilder name = new StringBuilder();
    for (int length = random.nextInt(4); length >= 0; length--) {
      name.append(characters.get(random.nextInt(characters.size())));
    }
    return name.toString();
  }

  @Test
  void aSizeIsNotNegative() {
    assertThatThrownBy(
            () -> new Entry("a", Entry.Kind.FILE, -1, Instant.EPOCH, new FileVersion(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void aPageThatOthersFollowIsNotEmpty() {
    assertThatThrownBy(() -> new Entries(List.of(), true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
