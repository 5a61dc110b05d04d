package io.pipewright;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents hang together. */
class DocumentsTest {

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)(#[^)]*)?\\)");

  static List<Path> documents() throws IOException {
    List<Path> documents =
        new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  @ParameterizedTest
  @MethodSource("documents")
  void whatADocumentLinksToIsThere(Path document) throws IOException {
    Matcher link = LINK.matcher(Files.readString(document, UTF_8));
    while (link.find()) {
      assertThat(document.resolveSibling(link.group(1)).normalize()).exists();
    }
  }

  @Test
  void theGuideListsEveryPageOfIt() throws IOException {
    Path guide = ROOT.resolve("docs/guide");
    String index = Files.readString(guide.resolve("README.md"), UTF_8);
    try (Stream<Path> pages = Files.list(guide)) {
      assertThat(pages
              .map(page -> page.getFileName().toString())
              .filter(name -> !name.equals("README.md")))
          .allSatisfy(page -> assertThat(index).contains("](" + page + ")"));
    }
  }
}
