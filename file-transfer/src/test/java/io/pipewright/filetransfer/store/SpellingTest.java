package io.pipewright.filetransfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which spelling is a folder's own, on systems that take several for one name. */
class SpellingTest {

  private final Spelling spelling = new Spelling();

  private static String asItIs(String name) {
    return name;
  }

  private static String inAnyCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String inAnyForm(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFD);
  }

  /** A folder of names; those are one to it whose essence is. */
  private static final class FoldingFolder implements Folder {

    final UnaryOperator<String> essence;
    final Set<String> names = new TreeSet<>();
    int looks;

    FoldingFolder(UnaryOperator<String> essence, String... names) {
      this.essence = essence;
      this.names.addAll(Set.of(names));
    }

    @Override
    public Facts glance(String component) throws IOException {
      looks++;
      for (String name : names) {
        if (essence.apply(name).equals(essence.apply(component))) {
          return new Facts(Facts.Kind.FILE, name, 0, Instant.EPOCH, null);
        }
      }
      if (component.equals(ITSELF)) {
        return new Facts(Facts.Kind.FOLDER, this, 0, Instant.EPOCH, null);
      }
      throw new FileNotFoundException(component);
    }

    @Override
    public Facts facts(String component) throws IOException {
      return glance(component);
    }

    @Override
    public void names(Consumer<String> taker) {
      names.forEach(taker);
    }

    @Override
    public Folder folder(String component, Facts facts) {
      return this;
    }

    @Override
    public Path path() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean spells(String component, Facts facts) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path linkTarget(String component) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel file(String component) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Folder staying() {
      return this;
    }

    @Override
    public void leave() {}

    @Override
    public void close() {}
  }

  private boolean spells(FoldingFolder folder, String name) throws IOException {
    return spelling.isOf(folder, folder, name, folder.glance(name));
  }

  @Test
  void aFolderThatTellsCaseSpellsWhateverItHas() throws IOException {
    FoldingFolder folder = new FoldingFolder(SpellingTest::asItIs, "ReadMe", "README", "123", "é");
    for (String name : folder.names) {
      assertThat(spells(folder, name)).as(name).isTrue();
    }
  }

  @Test
  void onlyTheCaseCountsThatIsListed() throws IOException {
    FoldingFolder folder = new FoldingFolder(SpellingTest::inAnyCase, "ReadMe", "other", "Straße");
    assertThat(spells(folder, "ReadMe")).isTrue();
    assertThat(spells(folder, "readme")).isFalse();
    assertThat(spells(folder, "README")).isFalse();
    assertThat(spells(folder, "Straße")).isTrue();
    assertThat(spells(folder, "straße")).isFalse();
    assertThat(spells(folder, "other")).isTrue();
  }

  @Test
  void onlyTheFormCountsThatIsListed() throws IOException {
    String composed = Normalizer.normalize("été", Normalizer.Form.NFC);
    String decomposed = Normalizer.normalize("été", Normalizer.Form.NFD);
    FoldingFolder folder = new FoldingFolder(SpellingTest::inAnyForm, composed, "a");
    assertThat(spells(folder, "a")).isTrue();
    assertThat(spells(folder, composed)).isTrue();
    assertThat(spells(folder, decomposed)).isFalse();
    FoldingFolder mac = new FoldingFolder(SpellingTest::inAnyForm, decomposed);
    assertThat(spells(mac, composed)).isFalse();
    assertThat(spells(mac, decomposed)).isTrue();
  }

  @Test
  void aFolderIsTriedOnceOnly() throws IOException {
    FoldingFolder folder = new FoldingFolder(SpellingTest::asItIs, "a", "b", "é");
    spells(folder, "a");
    spells(folder, "é");
    folder.looks = 0;
    for (int i = 0; i < 100; i++) {
      spells(folder, "b");
      spells(folder, "é");
    }
    assertThat(folder.looks).as("one for each name, to find it").isEqualTo(200);
  }

  @Test
  void whatWasLearnedOfOneFolderIsNotBelievedOfAnother() throws IOException {
    assertThat(spells(new FoldingFolder(SpellingTest::asItIs, "readme"), "readme"))
        .isTrue();
    assertThat(spells(new FoldingFolder(SpellingTest::inAnyCase, "ReadMe"), "readme"))
        .isFalse();
  }
}
