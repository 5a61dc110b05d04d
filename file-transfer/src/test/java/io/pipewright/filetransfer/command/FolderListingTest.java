package io.pipewright.filetransfer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.filetransfer.store.Entries;
import io.pipewright.filetransfer.store.Entry;
import io.pipewright.filetransfer.store.FileVersion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FolderListingTest {

  private static final Instant TIME = Instant.parse("2024-02-03T04:05:06.000000007Z");
  private static final FileVersion VERSION = new FileVersion(1, 2);

  private final Map<String, List<Entry>> folders = new TreeMap<>(Map.of(
      "", List.of(file("a", 5), folder("b"), file("c", 1_500_000), folder("d")),
      "b", List.of(file("x", 2), folder("y")),
      "b/y", List.of(file("z", 3)),
      "d", List.of()));

  private static Entry file(String name, long size) {
    return new Entry(name, Entry.Kind.FILE, size, TIME.plusSeconds(size), VERSION);
  }

  private static Entry folder(String name) {
    return new Entry(name, Entry.Kind.FOLDER, 0, TIME, VERSION);
  }

  /** Two entries a page. */
  private Entries page(String folder, String after) {
    List<Entry> behind = folders.get(folder).stream()
        .filter(entry -> entry.name().compareTo(after) > 0)
        .toList();
    return new Entries(behind.subList(0, Math.min(2, behind.size())), behind.size() > 2);
  }

  private List<ListedEntry> listed(boolean recursive, String folder) {
    List<ListedEntry> all = new ArrayList<>();
    new FolderListing(this::page, recursive, all::addAll).of(folder);
    return all;
  }

  @Test
  void comesPageAfterPage() {
    assertThat(listed(false, "")).extracting(ListedEntry::name).containsExactly("a", "b", "c", "d");
    assertThat(listed(false, "d")).isEmpty();
  }

  @Test
  void givesNamesFromTheRootOn() {
    assertThat(listed(false, "b")).extracting(ListedEntry::name).containsExactly("b/x", "b/y");
  }

  @Test
  void foldersBelowFollowTheirOwnEntries() {
    assertThat(listed(true, ""))
        .extracting(ListedEntry::name)
        .containsExactly("a", "b", "b/x", "b/y", "b/y/z", "c", "d");
  }

  @Test
  void isSortedBySizeOrTimeWithTheLargestAndTheNewestFirst() {
    List<ListedEntry> all = listed(true, "");
    all.sort(ListOrder.SIZE.comparator(false));
    assertThat(all)
        .extracting(ListedEntry::name)
        .containsExactly("c", "a", "b/y/z", "b/x", "b", "b/y", "d");
    all.sort(ListOrder.TIME.comparator(true));
    assertThat(all)
        .extracting(ListedEntry::name)
        .containsExactly("b", "b/y", "d", "b/x", "b/y/z", "a", "c");
  }

  @Test
  void aLineHasSizeTimeAndName() {
    ListFormat exact = new ListFormat(false, false, ZoneOffset.ofHours(1));
    ListFormat human = new ListFormat(true, false, ZoneOffset.UTC);
    List<ListedEntry> all = listed(false, "");

    assertThat(all)
        .extracting(exact::line)
        .containsExactly(
            "            5  2024-02-03 05:05:11  a",
            "            -  2024-02-03 05:05:06  b/",
            "      1500000  2024-02-20 13:45:06  c",
            "            -  2024-02-03 05:05:06  d/");
    assertThat(human.line(all.get(2))).isEqualTo("   1.5 MB  2024-02-20 12:45:06  c");
  }

  @Test
  void jsonHasEverythingThatIsKnown() {
    ListFormat json = new ListFormat(true, true, ZoneOffset.UTC);
    List<ListedEntry> all = listed(false, "");

    assertThat(json.line(all.get(0)))
        .isEqualTo(
            "{\"name\":\"a\",\"kind\":\"file\",\"size\":5,\"lastModified\":\"2024-02-03T04:05:11.000000007Z\","
                + "\"version\":\"00000000000000010000000000000002\"}");
    assertThat(json.line(all.get(1)))
        .startsWith("{\"name\":\"b\",\"kind\":\"folder\",\"lastModified\":")
        .doesNotContain("size");
  }

  @Test
  void noNameActsOnTheTerminal() {
    ListFormat format = new ListFormat(false, false, ZoneOffset.UTC);

    assertThat(format.line(new ListedEntry("\u001b[2J\u202e", file("x", 1))))
        .endsWith("  \\x1b[2J\\u202e");
  }
}
