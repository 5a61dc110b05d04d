package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.examples.DemoTable.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoTableTest {

  private final List<String> lines = new ArrayList<>();

  @Test
  void everyLineIsEightyColumnsWideWhateverIsInIt() {
    DemoTable table = new DemoTable(lines::add, false);
    table.begin("title", "note");
    table.section("section 网络", List.of("a reason that is far too long ".repeat(5)));
    table.step("网络编程测试", "证明".repeat(40), () -> new Result("18 bytes", "1.0 ms"));
    table.step("a".repeat(100), "b", () -> new Result("65,507 bytes", "99,999 /s"));
    table.section("another", List.of());
    table.step("x", "y", () -> new Result("", ""));
    table.end();

    assertThat(lines.subList(0, lines.size() - 1))
        .allSatisfy(line -> assertThat(DisplayWidth.of(line)).as(line).isEqualTo(80));
    assertThat(lines).last().asString().startsWith("✓ all 3 steps went well, in ");
  }

  @Test
  void aStepThatFailsIsMarkedSaysWhyAndDoesNotKeepTheNextFromRunning() {
    DemoTable table = new DemoTable(lines::add, false);
    table.begin("title", "note");
    table.step("first", "proof", () -> {
      throw new IllegalStateException("the reason");
    });
    table.step("second", "proof", () -> new Result("1", "2"));
    table.end();

    assertThat(table.allWell()).isFalse();
    assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("│ ✗ │ first "));
    assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("│   │ the reason "));
    assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("│ ✓ │ second "));
    assertThat(lines).last().asString().startsWith("✗ 1 of 2 steps failed");
  }

  @Test
  void coloursAddNothingThatIsSeen() {
    DemoTable plain = new DemoTable(lines::add, false);
    List<String> coloured = new ArrayList<>();
    DemoTable colourful = new DemoTable(coloured::add, true);
    for (DemoTable table : List.of(plain, colourful)) {
      table.begin("title", "note");
      table.step("x", "y", () -> new Result("1", "2"));
    }

    assertThat(coloured).anySatisfy(line -> assertThat(line).contains("\u001b[32m✓\u001b[0m"));
    assertThat(coloured.stream().map(line -> line.replaceAll("\u001b\\[\\d+m", "")))
        .containsExactlyElementsOf(lines);
  }

  @Test
  void linesAreBrokenAtBlanksAndOnlyAWordTooLongWithinItself() {
    assertThat(DemoTable.wrapped("one two three", 8)).containsExactly("one two", "three");
    assertThat(DemoTable.wrapped("网络编程", 5)).containsExactly("网络", "编程");
    assertThat(DemoTable.wrapped("abcdefgh ij", 5)).containsExactly("abcde", "fgh", "ij");
    assertThat(DemoTable.wrapped("", 5)).containsExactly("");
  }
}
